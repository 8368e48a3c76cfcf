import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";

export const SIGNED_STATES = ["printed", "delivered", "dead"];

patch(PosOrder.prototype, {
    /** The till has signed the receipt of this order. */
    get isFiscallySigned() {
        return SIGNED_STATES.includes(this.fiscal_state);
    },
    /** A receipt was asked for and the sale is not complete: the server lets nobody edit it. */
    get isAtTill() {
        return !this.finalized && Boolean(this.fiscal_state);
    },
});
