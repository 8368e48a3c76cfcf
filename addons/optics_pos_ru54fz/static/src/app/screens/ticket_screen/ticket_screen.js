import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";

patch(TicketScreen.prototype, {
    async setOrder(order) {
        if (order.isAtTill) {
            return this.pos.resumeReceipt(order);
        }
        return super.setOrder(...arguments);
    },

    async onDoRefund() {
        await super.onDoRefund(...arguments);
        // Odoo prices the lines of a return one by one, see `giveBackWhatIsLeft`.
        this.pos.getOrder()?.lines.forEach((line) => line.giveBackWhatIsLeft());
    },

    get noOrdersText() {
        return this.pos.data.network.loading ? _t("Loading...") : _t("No orders found");
    },

    getStatus(order) {
        if (!order.isAtTill) {
            return super.getStatus(...arguments);
        }
        if (order.isFiscallySigned) {
            return _t("Signed, not complete");
        }
        return order.fiscal_state === "failed" ? _t("Refused by the till") : _t("At the till");
    },

    shouldHideDeleteButton(order) {
        return order.isAtTill || super.shouldHideDeleteButton(...arguments);
    },
});
