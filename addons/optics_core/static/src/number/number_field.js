import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useInputField } from "@web/views/fields/input_field_hook";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { parsed, shown } from "./number";

/** A cell of a prescription's table. Enter and the arrows go from cell to cell, as Tab does. */
export class OpticsNumberField extends Component {
    static template = "optics_core.NumberField";
    static props = {
        ...standardFieldProps,
        unit: String,
        hideZero: { type: Boolean, optional: true },
        placeholder: { type: String, optional: true },
    };

    setup() {
        useInputField({
            getValue: () => this.text,
            parse: (text) => (this.isText ? text.trim() : parsed(text, this.props.unit)),
        });
    }

    get text() {
        const { record, name, unit, hideZero } = this.props;
        return this.isText ? record.data[name] || "" : shown(record.data[name], unit, { hideZero });
    }

    /** What the server says of this value; it decides by the same words when it is saved. */
    get problem() {
        return this.props.record.data.entry_problems?.[this.props.name];
    }

    get isText() {
        return this.props.unit === "text";
    }

    onKeydown(ev) {
        const table = ev.target.closest("table");
        if (!table || !["Enter", "ArrowDown", "ArrowUp"].includes(ev.key)) {
            return;
        }
        // What is typed: the kind of lens between two rows is chosen, and seldom another one.
        const cells = [...table.querySelectorAll(".o_field_optics_number input")];
        const { cellIndex, parentElement: row } = ev.target.closest("td");
        const across = (other) => other?.cells[cellIndex].querySelector("input");
        const cell = {
            Enter: cells[cells.indexOf(ev.target) + 1],
            ArrowDown: across(row.nextElementSibling),
            ArrowUp: across(row.previousElementSibling),
        }[ev.key];
        ev.preventDefault();
        ev.stopPropagation();
        if (cell) {
            cell.focus();
            cell.select();
        } else {
            ev.target.blur();
        }
    }
}

export const opticsNumberField = {
    component: OpticsNumberField,
    displayName: _t("Number of optics"),
    supportedTypes: ["integer", "char"],
    isEmpty: () => false,
    extractProps: ({ options, placeholder }) => ({
        unit: options.unit,
        hideZero: Boolean(options.hide_zero),
        placeholder,
    }),
};

registry.category("fields").add("optics_number", opticsNumberField);
