import { patch } from "@web/core/utils/patch";
import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";

patch(ClosePosPopup.prototype, {
    /** Z first, as a step of its own: when Odoo refuses to close after it, both can be repeated. */
    async closeSession() {
        if (this.pos.till) {
            if (!(await this.pos.pushOrdersWithClosingPopup())) {
                return;
            }
            if (!(await this.pos.till.closeShift((answer) => this.handleClosingError(answer)))) {
                return;
            }
        }
        return super.closeSession(...arguments);
    },
});
