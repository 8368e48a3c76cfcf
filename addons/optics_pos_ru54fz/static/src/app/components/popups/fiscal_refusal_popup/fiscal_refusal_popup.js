import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

/**
 * Says why a receipt is not signed and what to do, and asks: once more, give it up, or later.
 * Closed without an answer, the receipt stays as it is.
 */
export class FiscalRefusalPopup extends Component {
    static template = "optics_pos_ru54fz.FiscalRefusalPopup";
    static components = { Dialog };
    static props = {
        code: { type: String, optional: true },
        message: String,
        remedy: { type: String, optional: true },
        undecided: { type: Boolean, optional: true },
        getPayload: Function,
        close: Function,
    };

    choose(choice) {
        this.props.getPayload(choice);
        this.props.close();
    }
}
