import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";

const STATUS_EVERY = 15000; // ms

patch(PosStore.prototype, {
    async setup() {
        this.fiscal = {
            // What the till said last: see pos.config.fiscal_status
            status: { state: "unknown", text: "", shift_open: false },
            // What the overlay shows: see ReceiptRegistration
            job: { active: false, orderName: "", startedAt: 0, phase: "", text: "", left: false },
        };
        await super.setup(...arguments);
        if (this.hasTill) {
            this.watchTill();
        }
    },

    get hasTill() {
        return Boolean(this.config._fiscal_till);
    },

    // Status ---------------------------------------------------------------------------------

    async watchTill() {
        await this.refreshTillStatus();
        setTimeout(() => this.watchTill(), STATUS_EVERY);
    },

    async refreshTillStatus() {
        const status = await this.data.silentCall("pos.config", "fiscal_status", [
            [this.config.id],
        ]);
        Object.assign(
            this.fiscal.status,
            status || { state: "unknown", text: _t("The server does not answer.") }
        );
    },

    // Shift ----------------------------------------------------------------------------------

    /** @returns {Promise<boolean>} the till's shift is open now */
    async ensureShiftIsOpen() {
        if (!this.fiscal.status.shift_open) {
            await this.refreshTillStatus();
        }
        return this.fiscal.status.shift_open || this.openShift();
    },

    async openShift() {
        return this.callShift("fiscal_open_shift", {
            phase: "opening_shift",
            title: _t("The shift of the till is not open"),
        });
    },

    async closeShift(onRefusal) {
        return this.callShift("fiscal_close_shift", {
            phase: "closing_shift",
            title: _t("The shift of the till is not closed"),
            onRefusal,
        });
    },

    /** Repeatable: the server answers for a shift that is open or closed already. */
    async callShift(method, { phase, title, onRefusal }) {
        let answer;
        Object.assign(this.fiscal.job, {
            active: true,
            orderName: "",
            startedAt: Date.now(),
            phase,
            text: "",
        });
        try {
            answer = await this.data.call("pos.session", method, [[this.session.id]]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            answer = { successful: false, message: _t("The server does not answer.") };
        } finally {
            this.fiscal.job.active = false;
        }
        await this.refreshTillStatus();
        if (answer.successful) {
            return true;
        }
        if (answer.open_order_ids && onRefusal) {
            onRefusal(answer);
        } else {
            this.dialog.add(AlertDialog, { title, body: answer.message });
        }
        return false;
    },

    // Orders at the till ---------------------------------------------------------------------

    /** After a reload in the middle, go on with the order that the page is about. */
    async resumeInterrupted() {
        const order = this.models["pos.order"].getBy("uuid", this.router.state.params.orderUuid);
        if (this.hasTill && order?.isAtTill) {
            await this.resumeReceipt(order);
        }
    },

    async resumeReceipt(order) {
        if (this.fiscal.job.active) {
            return;
        }
        this.setOrder(order);
        this.navigate("PaymentScreen", { orderUuid: order.uuid });
        await new OrderPaymentValidation({ pos: this, orderUuid: order.uuid }).resume();
    },

    /** The cashier goes on with other orders; this one stays with the till. */
    leaveOrderAtTill(order) {
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
        return !this.hasTill && super.canEditPayment(...arguments);
    },
});
