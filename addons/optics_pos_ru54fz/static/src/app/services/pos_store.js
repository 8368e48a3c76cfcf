import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { CashMovePopup } from "@point_of_sale/app/components/popups/cash_move_popup/cash_move_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { Till } from "@optics_pos_ru54fz/app/till/till";

patch(PosStore.prototype, {
    async setup() {
        await super.setup(...arguments);
        if (this.till) {
            this.data.connectWebSocket("FISCAL_TILL", () => this.till.refreshStatus());
            this.till.watch();
        }
    },

    async processServerData() {
        await super.processServerData(...arguments);
        this.till = this.config._fiscal_till ? new Till(this) : null;
    },

    // Cash at the till ---------------------------------------------------------------------

    /** @param {string} [type] what the popup begins with: `in` or `out` */
    cashMove(type) {
        if (!this.till) {
            return super.cashMove(...arguments);
        }
        this.hardwareProxy.openCashbox(_t("Cash in / out"));
        return makeAwaitable(this.dialog, CashMovePopup, { type });
    },

    /** What the till would not sign is refused before the buyer pays. A return always goes on. */
    async pay() {
        if (this.till && !this.getOrder().isRefund && (await this.till.refusesSales())) {
            return;
        }
        return super.pay(...arguments);
    },

    /** Odoo's is of twelve hours, without a mark of morning and evening. */
    getTime(date) {
        return date.toFormat(localization.timeFormat.replace(":ss", ""));
    },

    // Orders at the till ---------------------------------------------------------------------

    /** A reload just after the sale was completed shows it, not an empty order. */
    async handleUrlParams() {
        await super.handleUrlParams(...arguments);
        const { current, params } = this.router.state;
        const order = this.models["pos.order"].getBy("uuid", params.orderUuid);
        if (this.till && current === "PaymentScreen" && order?.finalized) {
            this.showReceipt(order);
        }
    },

    showReceipt(order) {
        this.navigate("ReceiptScreen", { orderUuid: order.uuid });
    },

    /** After a reload in the middle, go on with the order that the page is about. */
    async resumeInterrupted() {
        const order = this.models["pos.order"].getBy("uuid", this.router.state.params.orderUuid);
        if (this.till && order?.isAtTill) {
            await this.resumeReceipt(order);
        }
    },

    async resumeReceipt(order) {
        if (this.till.job.active) {
            return;
        }
        if (order.finalized) {
            return this.showReceipt(order);
        }
        this.till.waiting.take(order);
        this.setOrder(order);
        this.navigate("PaymentScreen", { orderUuid: order.uuid });
        await new OrderPaymentValidation({ pos: this, orderUuid: order.uuid }).resume();
    },

    /** The cashier goes on with other orders; this one stays with the till. */
    leaveOrderAtTill(order) {
        this.till.waiting.leave(order);
        const others = this.getOpenOrders().filter((other) => other !== order && !other.isAtTill);
        this.setOrder(others.at(-1) || this.addNewOrder());
        this.navigate("TicketScreen");
    },

    get openOrder() {
        return (
            this.models["pos.order"].find((order) => order.state === "draft" && !order.isAtTill) ||
            this.addNewOrder()
        );
    },

    navigateToOrderScreen(order) {
        if (order.isAtTill) {
            return this.resumeReceipt(order);
        }
        return super.navigateToOrderScreen(...arguments);
    },

    async _onBeforeDeleteOrder(order) {
        if (order.isAtTill) {
            this.dialog.add(AlertDialog, {
                title: _t("The receipt is with the till"),
                body: _t("Give the receipt of %s up first.", order.getName()),
            });
            return false;
        }
        return super._onBeforeDeleteOrder(...arguments);
    },

    canEditPayment(order) {
        return !this.till && super.canEditPayment(...arguments);
    },
});
