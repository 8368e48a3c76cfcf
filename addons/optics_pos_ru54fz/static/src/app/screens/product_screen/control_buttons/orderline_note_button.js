import { patch } from "@web/core/utils/patch";
import { NoteButton } from "@point_of_sale/app/screens/product_screen/control_buttons/orderline_note_button/orderline_note_button";

patch(NoteButton.prototype, {
    /** Titles the dialog by product and kind of note: Odoo's ": Add " is in no translation. */
    openTextInput() {
        const { dialog } = this;
        const product = this.pos.getOrder().getSelectedOrderline()?.product_id.name;
        const title = [product, this.props.label].filter(Boolean).join(": ");
        // The dialog is opened inside of Odoo's method, at once.
        this.dialog = {
            ...dialog,
            add: (component, props, options) => dialog.add(component, { ...props, title }, options),
        };
        try {
            return super.openTextInput(...arguments);
        } finally {
            this.dialog = dialog;
        }
    },
});
