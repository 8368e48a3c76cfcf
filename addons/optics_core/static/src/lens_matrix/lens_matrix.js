import { Component, onWillStart, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { shown } from "../number/number";
import { LensMatrixCell } from "./lens_matrix_cell";

/** The stock of a lens's design as a grid of its powers. */
export class LensMatrix extends Component {
    static template = "optics_core.LensMatrix";
    static components = { Layout, RecordSelector };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        const { params, context } = this.props.action;
        const { design_id: design } = this.props.state || params || {};
        this.state = useState({ design: design || context?.active_id || false, grid: null });
        onWillStart(() => this.load());
    }

    /**
     * @param {{ warehouse?: number, addition?: number }} [choice] what is kept of the last grid
     */
    async load(choice = {}) {
        const { design, grid } = this.state;
        const { warehouse, addition } = { ...grid, ...choice };
        this.state.grid = design
            ? await this.orm.call("product.template", "optics_matrix", [[design]], {
                  warehouse_id: warehouse || false,
                  addition: addition || 0,
              })
            : null;
        this.notMade = new Set(this.state.grid?.not_made);
        this.props.updateActionState?.({ design_id: design });
    }

    async choose(design) {
        Object.assign(this.state, { design, grid: null });
        await this.load();
    }

    get designDomain() {
        return [["optics_kind", "in", ["lens", "contact_lens"]]];
    }

    /** Powers that lack of their minimum, as the server wants them ordered. */
    get short() {
        const { cells, addition } = this.state.grid;
        return Object.entries(cells)
            .filter(([, cell]) => cell.short > 0)
            .map(([key, cell]) => [...key.split("/").map(Number), addition, Math.ceil(cell.short)]);
    }

    get totals() {
        const cells = Object.values(this.state.grid.cells);
        const sum = (name) => cells.reduce((total, cell) => total + cell[name], 0);
        return { onHand: sum("on_hand"), coming: sum("incoming") + sum("requested") };
    }

    power(eighths) {
        return shown(eighths, "power");
    }

    cell(sphere, cylinder) {
        return this.state.grid.cells[`${sphere}/${cylinder}`];
    }

    /** Of a cell: what its colour says, and so does its number. */
    look(sphere, cylinder) {
        const cell = this.cell(sphere, cylinder);
        if (!cell) {
            return this.notMade.has(`${sphere}/${cylinder}`) ? "o_optics_not_made" : "text-muted";
        }
        if (cell.short > 0) {
            return "table-danger fw-bold";
        }
        if (cell.minimum && cell.on_hand < cell.minimum) {
            return "table-warning";
        }
        return cell.on_hand > 0 ? "fw-bold" : "text-muted";
    }

    open(sphere, cylinder) {
        const { design, grid } = this.state;
        this.dialog.add(LensMatrixCell, {
            title: this.title(sphere, cylinder),
            cell: this.cell(sphere, cylinder) || {},
            isMade: !this.notMade.has(`${sphere}/${cylinder}`),
            maySetMinimum: grid.may_set_minimum,
            order: (count) => this.order([[sphere, cylinder, grid.addition, count]]),
            setMinimum: async (count) => {
                const wanted = [[sphere, cylinder, grid.addition, count]];
                await this.orm.call("product.template", "optics_matrix_set_minimum", [
                    [design],
                    grid.warehouse,
                    wanted,
                ]);
                await this.load();
            },
        });
    }

    title(sphere, cylinder) {
        const { addition } = this.state.grid;
        const told = [this.power(sphere), cylinder && this.power(cylinder)];
        return [...told, addition && `ADD ${this.power(addition)}`].filter(Boolean).join(" ");
    }

    async order(wanted) {
        const { design, grid } = this.state;
        const args = [[design], grid.warehouse, wanted];
        const orders = await this.orm.call("product.template", "optics_matrix_order", args);
        for (const [id, name] of orders) {
            this.notification.add(_t("In the draft %s", name), {
                type: "success",
                buttons: [{ name: _t("Open"), onClick: () => this.openOrder(id) }],
            });
        }
        await this.load();
    }

    get sheetUrl() {
        const { design, grid } = this.state;
        return `/optics/lens/${design}/${grid.warehouse}/stock`;
    }

    takeIn() {
        const { design, grid } = this.state;
        const action = {
            type: "ir.actions.act_window",
            name: _t("Import"),
            res_model: "optics.lens.sheet",
            views: [[false, "form"]],
            target: "new",
            context: { default_product_tmpl_id: design, default_warehouse_id: grid.warehouse },
        };
        return this.action.doAction(action, { onClose: () => this.load() });
    }

    openOrder(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "purchase.order",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("optics_core.lens_matrix", LensMatrix);
