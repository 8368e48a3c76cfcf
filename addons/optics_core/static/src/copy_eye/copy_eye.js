import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PREFIXES = { OD: "od_", OS: "os_" };
const COPIED = ["state", "sphere", "cylinder", "axis", "addition", "prism_horizontal", "prism_vertical"];

/** A button beside an eye of the table: what stands there goes to the other eye. */
export class CopyEye extends Component {
    static template = "optics_core.CopyEye";
    static props = { ...standardWidgetProps, eye: String };

    get label() {
        return _t("Copy %(eye)s to %(other)s", { eye: this.props.eye, other: this.other });
    }

    get other() {
        return this.props.eye === "OD" ? "OS" : "OD";
    }

    async onClick() {
        const { record, eye } = this.props;
        // What was typed last may still be on its way to the record; this waits for it.
        await record.isDirty();
        const values = COPIED.map((name) => [
            PREFIXES[this.other] + name,
            record.data[PREFIXES[eye] + name],
        ]);
        return record.update(Object.fromEntries(values));
    }
}

registry.category("view_widgets").add("optics_copy_eye", {
    component: CopyEye,
    extractProps: ({ attrs }) => ({ eye: attrs.eye }),
});
