import { RPCError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { handleRPCError } from "@point_of_sale/app/utils/error_handlers";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import {
    LATER,
    ReceiptRegistration,
    SIGNED,
} from "@optics_pos_ru54fz/app/till/receipt_registration";

patch(OrderPaymentValidation.prototype, {
    async askBeforeValidation() {
        if (this.pos.till && !(await this.pos.till.ensureShiftIsOpen())) {
            return false;
        }
        return super.askBeforeValidation(...arguments);
    },

    /** The signature comes first: Odoo's own way to the receipt begins only after it. */
    async shouldHideValidationBehindFeedbackScreen() {
        if (this.pos.till && !(await this.signReceipt())) {
            return false;
        }
        return super.shouldHideValidationBehindFeedbackScreen(...arguments);
    },

    async finalizeValidation() {
        if (this.pos.till && !this.order.isFiscallySigned && !(await this.signReceipt())) {
            return false;
        }
        return super.finalizeValidation(...arguments);
    },

    /** An invoice that cannot be shown is no reason to take back a sale that the server has. */
    handleValidationError(error) {
        const { create, write } = this.pos.pendingOrder;
        const isSaved = !create.has(this.order.id) && !write.has(this.order.id);
        if (!(this.pos.till && error instanceof RPCError && isSaved)) {
            return super.handleValidationError(...arguments);
        }
        handleRPCError(error, this.pos.dialog);
        return this.afterOrderValidation();
    },

    /** @returns {Promise<boolean>} the till has signed */
    async signReceipt() {
        const end = await new ReceiptRegistration({ pos: this.pos, order: this.order }).run();
        if (end === LATER) {
            this.pos.leaveOrderAtTill(this.order);
        }
        return end === SIGNED;
    },

    /** Go on with an order whose receipt was asked for before: after a reload, from the list. */
    async resume() {
        return this.shouldHideValidationBehindFeedbackScreen();
    },
});
