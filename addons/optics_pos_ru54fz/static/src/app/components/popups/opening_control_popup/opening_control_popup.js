import { patch } from "@web/core/utils/patch";
import { OpeningControlPopup } from "@point_of_sale/app/components/popups/opening_control_popup/opening_control_popup";

patch(OpeningControlPopup.prototype, {
    async confirm() {
        await super.confirm(...arguments);
        if (this.pos.till && this.pos.session.state === "opened") {
            await this.pos.till.openShift();
        }
    },
});
