import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { delay } from "@web/core/utils/concurrency";
import { handleRPCError } from "@point_of_sale/app/utils/error_handlers";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { FiscalRefusalPopup } from "@optics_pos_ru54fz/app/components/popups/fiscal_refusal_popup/fiscal_refusal_popup";
import { PHASES } from "@optics_pos_ru54fz/app/till/till_job";

/** How a registration ended. */
export const SIGNED = "signed";
export const GIVEN_UP = "given_up";
export const LATER = "later";

const ASK_AGAIN = 1000; // ms between two questions about a receipt that is not decided
const WATCH_AFTER = 1500; // ms after which the state is shown while the till still works

/**
 * Brings the receipt of one order to an end: saves the order, has the till sign, and asks the
 * cashier when the till does not. Nothing here makes an order paid.
 *
 * @param {Object} params
 * @param {Object} params.pos the PosStore, with a `till`
 * @param {Object} params.order a draft `pos.order`
 */
export class ReceiptRegistration {
    constructor({ pos, order }) {
        this.pos = pos;
        this.orderUuid = order.uuid;
    }

    get order() {
        return this.pos.models["pos.order"].getBy("uuid", this.orderUuid);
    }

    get job() {
        return this.pos.till.job;
    }

    /** @returns {Promise<string>} `SIGNED`, `GIVEN_UP` (editable again) or `LATER` (stays as it is) */
    async run() {
        this.startJob(PHASES.saving);
        try {
            if (this.order.isAtTill) {
                return await this.register(await this.refusedBefore());
            }
            return (await this.save()) ? await this.register() : GIVEN_UP;
        } finally {
            this.job.finish();
        }
    }

    startJob(phase) {
        this.job.start(phase, this.order.getName() || this.order.pos_reference);
    }

    /**
     * Commit the order and its queued receipt. Unlike `syncAllOrders`, forgets nothing of what has
     * to be sent when the server does not answer.
     */
    async save() {
        const { order, pos } = this;
        await pos.preSyncAllOrders([order]);
        const serialized = order.serializeForORM({ keepCommands: true });
        serialized.state = "paid"; // what the cashier wants; the server makes it true after signing
        try {
            const data = await pos.data.call("pos.order", "sync_from_ui", [[serialized]], {
                context: pos.getSyncAllOrdersContext([order]),
            });
            order.serializeForORM(); // sent: forget the commands
            const missing = await pos.data.missingRecursive(data);
            const loaded = pos.models.loadConnectedData(missing);
            await pos.postSyncAllOrders(loaded["pos.order"]);
            pos.removePendingOrder(order);
            return true;
        } catch (error) {
            await this.explainUnsaved(error);
            return false;
        }
    }

    async explainUnsaved(error) {
        if (error instanceof ConnectionLostError) {
            this.pos.till.fail(
                _t("The server does not answer"),
                _t(
                    "The sale is not complete, and nobody knows whether the server has got it. Do not enter it anew: validate this order again when the connection is back. No receipt can be printed twice."
                )
            );
        } else if (error instanceof RPCError) {
            handleRPCError(error, this.pos.dialog);
            await this.takeServersCopy();
        } else {
            throw error;
        }
    }

    /** The server refused: if another screen sent this order to the till, that is what counts. */
    async takeServersCopy() {
        const { order, pos } = this;
        const domain = [["uuid", "=", this.orderUuid]];
        const [row] = await pos.data.orm.searchRead("pos.order", domain, ["fiscal_state"]);
        if (row?.fiscal_state) {
            pos.leaveOrderAtTill(order);
            pos.removePendingOrder(order);
            pos.data.localDeleteCascade(order);
            await pos.data.loadServerOrders(domain);
        }
    }

    /** What the till refused when the cashier left it: she sees that before it is tried again. */
    async refusedBefore() {
        const answer = await this.progress();
        return answer?.state === "failed" ? answer : null;
    }

    /**
     * Ask until the receipt has an end, or the cashier leaves it.
     *
     * @param {Object|null} before an answer that the cashier has to see first
     */
    async register(before = null) {
        for (;;) {
            const answer = before || (await this.askTill());
            before = null;
            if (answer.is_signed) {
                return SIGNED;
            }
            if (this.job.left) {
                return LATER;
            }
            const end = await this.decide(answer);
            if (end) {
                return end;
            }
        }
    }

    async askTill() {
        this.job.show(PHASES.printing);
        const watch = this.watch();
        try {
            return await this.call("fiscal_register");
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return { outcome: "offline" };
        } finally {
            watch.stop();
        }
    }

    /** Show how far the receipt is while the call that waits for it is still out. */
    watch() {
        const look = async () => {
            const answer = await this.progress();
            if (answer && timer) {
                const waiting = answer.is_behind ? PHASES.waiting : PHASES.calling;
                this.job.show(answer.state === "queued" ? waiting : PHASES.printing);
            }
        };
        let timer = setTimeout(look, WATCH_AFTER);
        return {
            stop: () => {
                clearTimeout(timer);
                timer = null;
            },
        };
    }

    /** @returns {Promise<string|undefined>} an end, or undefined to ask the till again */
    async decide(answer) {
        if (answer.outcome === "offline") {
            return this.wait(PHASES.offline, "");
        }
        if (!answer.state) {
            return GIVEN_UP;
        }
        if (answer.outcome === "busy") {
            return this.wait(PHASES.waiting, answer.text);
        }
        if (this.pos.config._fiscal_states.undecided.includes(answer.state)) {
            return this.wait(PHASES.asking, answer.text);
        }
        return this.askCashier(answer);
    }

    async wait(phase, text) {
        this.job.show(phase, text);
        await delay(ASK_AGAIN);
        return this.job.left ? LATER : undefined;
    }

    async askCashier(answer) {
        this.job.finish();
        const choice = await makeAwaitable(this.pos.dialog, FiscalRefusalPopup, {
            code: answer.error?.code,
            message: answer.error?.message || answer.text,
            remedy: answer.error?.remedy,
            isReturn: this.order.isRefund,
            undecided: answer.state === "manual",
            waits: answer.state === "queued",
            wayOut: answer.way_out,
            hasEnded: () => this.hasEnded(),
        });
        if (choice === "decided") {
            this.startJob(PHASES.printing);
            return undefined; // the next question is answered at once
        }
        if (choice === "retry" || choice === "way_out") {
            if (choice === "way_out") {
                await this.takeWayOut(answer.way_out);
            }
            // Whatever was refused, the shift may have been closed at the till meanwhile.
            await this.pos.till.refreshStatus();
            await this.pos.till.ensureShiftIsOpen();
            this.startJob(PHASES.printing);
            return undefined;
        }
        return choice === "give_up" ? this.giveUp() : LATER;
    }

    /** Do what lifts the refusal; the receipt is tried again after it, whatever came of it. */
    async takeWayOut(wayOut) {
        if (wayOut === "cash_in") {
            await this.pos.cashMove("in");
        } else {
            await this.pos.till.renewShift();
        }
    }

    /** Whether the receipt was signed or given up meanwhile, by whomsoever. */
    async hasEnded() {
        const answer = await this.progress();
        return Boolean(answer && (answer.is_signed || !answer.state));
    }

    progress() {
        return this.pos.data.silentCall("pos.order", "fiscal_progress", [[this.order.id]]);
    }

    async giveUp() {
        const answer = await this.call("fiscal_give_up");
        if (answer.is_signed) {
            return SIGNED; // the till was faster
        }
        return answer.state ? LATER : GIVEN_UP;
    }

    async call(method) {
        const answer = await this.pos.data.call("pos.order", method, [[this.order.id]]);
        this.order.update({
            fiscal_state: answer.state || false,
            fiscal_receipt: answer.receipt || false,
        });
        return answer;
    }
}
