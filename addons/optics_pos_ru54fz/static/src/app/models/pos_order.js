import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";

patch(PosOrder.prototype, {
    /** The till has signed the receipt of this order. */
    get isFiscallySigned() {
        return this.config._fiscal_states.signed.includes(this.fiscal_state);
    },
    /** A receipt was asked for and the sale is not complete: the server lets nobody edit it. */
    get isAtTill() {
        return !this.finalized && Boolean(this.fiscal_state);
    },
});
