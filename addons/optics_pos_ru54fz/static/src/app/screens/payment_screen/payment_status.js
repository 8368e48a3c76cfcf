import { patch } from "@web/core/utils/patch";
import { PaymentScreenStatus } from "@point_of_sale/app/screens/payment_screen/payment_status/payment_status";

patch(PaymentScreenStatus.prototype, {
    /** Odoo counts change as owed by the shop, less than zero; people name it without a minus. */
    get amountText() {
        return this.isRemaining
            ? super.amountText
            : this.env.utils.formatCurrency(Math.abs(this.order.change));
    },
});
