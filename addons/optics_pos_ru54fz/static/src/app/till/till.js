import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { Reactive } from "@web/core/utils/reactive";
import { PHASES, TillJob } from "@optics_pos_ru54fz/app/till/till_job";
import { WaitingReceipts } from "@optics_pos_ru54fz/app/till/waiting_receipts";

const STATUS_EVERY = 15000; // ms

/**
 * The till (KKT) of this point of sale: what it said last, what it is busy with, and its shift.
 * Lives at `pos.till`; a point of sale without a till has none.
 */
export class Till extends Reactive {
    /** @param {Object} pos the PosStore, its config loaded */
    constructor(pos) {
        super();
        this.pos = pos;
        /** What the till said last: see `pos.config.fiscal_status`. */
        this.status = { state: "unknown", text: "", shift_open: false };
        /** The till could not be told of the cash in its drawer. */
        this.drawerWaits = false;
        this.job = new TillJob();
        this.waiting = new WaitingReceipts(pos);
    }

    /** @returns {string} for example POS-001 */
    get code() {
        return this.pos.config._fiscal_till.code;
    }

    /** @returns {string} */
    get name() {
        return this.pos.config._fiscal_till.name;
    }

    // Status ---------------------------------------------------------------------------------

    /** Keep the status fresh, and look after what waits, for as long as the page lives. */
    async watch() {
        await this.refreshStatus();
        await this.waiting.look();
        setTimeout(() => this.watch(), STATUS_EVERY);
    }

    async refreshStatus() {
        const { config, data } = this.pos;
        const warned = this.status.shift_warning;
        const status = await data.silentCall("pos.config", "fiscal_status", [[config.id]]);
        Object.assign(
            this.status,
            status || { state: "unknown", text: _t("The server does not answer.") }
        );
        if (this.status.shift_warning && !warned) {
            this.warnOfShift();
        }
    }

    /** Tell once, while there is time, that the shift comes to its end. */
    warnOfShift() {
        const close = this.pos.notification.add(this.status.shift_warning, {
            type: "warning",
            sticky: true,
            className: "fiscal-shift-warning",
            buttons: [
                {
                    name: _t("Close the shift and go on"),
                    primary: true,
                    onClick: () => {
                        close();
                        this.renewShift();
                    },
                },
            ],
        });
    }

    // Job ------------------------------------------------------------------------------------

    /** What it was busy with came to nothing: uncover the screen and say why. */
    fail(title, body) {
        this.job.finish();
        this.pos.dialog.add(AlertDialog, { title, body });
    }

    // Shift ----------------------------------------------------------------------------------

    /** @returns {Promise<boolean>} the shift is open now; why it is not has been told */
    async ensureShiftIsOpen() {
        if (!this.status.shift_open) {
            await this.refreshStatus();
        }
        return (this.status.shift_open && !this.drawerWaits) || this.openShift();
    }

    /** @returns {Promise<boolean>} the shift is open now; why it is not has been told */
    async openShift() {
        return this.beginShift("fiscal_open_shift", PHASES.opening_shift);
    }

    /**
     * Z report and the next shift, the session and its orders going on.
     *
     * @returns {Promise<boolean>} a new shift is open now; why it is not has been told
     */
    async renewShift() {
        return this.beginShift("fiscal_renew_shift", PHASES.renewing_shift);
    }

    async beginShift(method, phase) {
        const answer = await this.callSession(method, phase);
        this.drawerWaits = answer.successful && Boolean(answer.message);
        if (!answer.successful) {
            this.fail(_t("The shift of the till is not open"), answer.message);
        } else if (this.drawerWaits) {
            this.fail(
                _t("The till does not know of the cash in its drawer yet"),
                _t("%s It is told again with the next receipt.", answer.message)
            );
        }
        return answer.successful;
    }

    /**
     * Z report.
     *
     * @param {Function} onRefusal is given the server's answer when Odoo itself would not close
     * @returns {Promise<boolean>} the shift is closed now; why it is not has been told
     */
    async closeShift(onRefusal) {
        const answer = await this.callSession("fiscal_close_shift", PHASES.closing_shift);
        if (answer.open_order_ids) {
            onRefusal(answer);
        } else if (!answer.successful) {
            this.fail(_t("The shift of the till is not closed"), answer.message);
        }
        return answer.successful;
    }

    // Buffer --------------------------------------------------------------------------------

    /** @returns {Promise<boolean>} too much waits for the OFD for another sale; that has been told */
    async refusesSales() {
        if (this.status.buffer_full) {
            await this.refreshStatus();
        }
        if (this.status.buffer_full) {
            this.fail(_t("The till takes no sale now"), this.status.buffer_full);
        }
        return Boolean(this.status.buffer_full);
    }

    // Cash ----------------------------------------------------------------------------------

    /**
     * @param {Array} move arguments of `try_cash_in_out`
     * @returns {Promise<boolean>} the till has registered it; why it has not has been told
     */
    async moveCash(move) {
        const answer = await this.callSession("try_cash_in_out", PHASES.moving_cash, move);
        if (!answer.successful) {
            this.fail(_t("The till has not registered the cash"), answer.message);
        }
        return answer.successful;
    }

    // Server --------------------------------------------------------------------------------

    /**
     * Repeatable: the server answers for what is done already.
     *
     * @param {Array} args beyond the session
     * @returns {Promise<Object>} `successful`, `message` and, when Odoo itself refuses,
     *     `open_order_ids`: see `pos.session`
     */
    async callSession(method, phase, args = []) {
        const { data, session } = this.pos;
        let answer;
        this.job.start(phase);
        try {
            answer = await data.call("pos.session", method, [[session.id], ...args]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            answer = { successful: false, message: _t("The server does not answer.") };
        } finally {
            this.job.finish();
        }
        await this.refreshStatus();
        return answer;
    }
}
