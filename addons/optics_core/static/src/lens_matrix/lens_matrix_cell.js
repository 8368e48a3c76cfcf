import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";

/** One power of a design: how many there are, and how many shall come. */
export class LensMatrixCell extends Component {
    static template = "optics_core.LensMatrixCell";
    static components = { Dialog };
    static props = {
        title: String,
        cell: Object,
        isMade: Boolean,
        maySetMinimum: Boolean,
        order: Function,
        setMinimum: Function,
        close: Function,
    };

    setup() {
        const { short, minimum } = this.props.cell;
        this.state = useState({ count: Math.ceil(short || 0) || 1, minimum: minimum || 0 });
        useAutofocus({ refName: "count", selectAll: true });
    }

    async order() {
        await this.props.order(this.state.count);
        this.props.close();
    }

    async setMinimum() {
        await this.props.setMinimum(this.state.minimum);
        this.props.close();
    }
}
