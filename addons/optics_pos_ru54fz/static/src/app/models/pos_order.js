import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";

patch(PosOrder.prototype, {
    /** The till has signed the receipt of this order. */
    get isFiscallySigned() {
        return this.config._fiscal_states.signed.includes(this.fiscal_state);
    },
    /** Roubles of cash that the buyer gave, and those to give back; null where there is no change. */
    get cashHanded() {
        const change = Math.abs(this.change);
        if (this.isRefund || this.currency.isZero(change)) {
            return null;
        }
        const received = this.payment_ids
            .filter((line) => !line.is_change && line.payment_method_id.is_cash_count)
            .reduce((sum, line) => sum + line.getAmount(), 0);
        return { received, change };
    },
    /** A receipt was asked for and the sale is not complete: the server lets nobody edit it. */
    get isAtTill() {
        return !this.finalized && Boolean(this.fiscal_state);
    },
});
