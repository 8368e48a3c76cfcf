import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { Reactive } from "@web/core/utils/reactive";
import { PHASES, TillJob } from "@optics_pos_ru54fz/app/till/till_job";

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
        this.job = new TillJob();
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

    /** Keep the status fresh for as long as the page lives. */
    async watch() {
        await this.refreshStatus();
        setTimeout(() => this.watch(), STATUS_EVERY);
    }

    async refreshStatus() {
        const { config, data } = this.pos;
        const status = await data.silentCall("pos.config", "fiscal_status", [[config.id]]);
        Object.assign(
            this.status,
            status || { state: "unknown", text: _t("The server does not answer.") }
        );
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
        return this.status.shift_open || this.openShift();
    }

    /** @returns {Promise<boolean>} the shift is open now; why it is not has been told */
    async openShift() {
        const answer = await this.callShift("fiscal_open_shift", PHASES.opening_shift);
        if (!answer.successful) {
            this.fail(_t("The shift of the till is not open"), answer.message);
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
        const answer = await this.callShift("fiscal_close_shift", PHASES.closing_shift);
        if (answer.open_order_ids) {
            onRefusal(answer);
        } else if (!answer.successful) {
            this.fail(_t("The shift of the till is not closed"), answer.message);
        }
        return answer.successful;
    }

    /**
     * Repeatable: the server answers for a shift that is open or closed already.
     *
     * @returns {Promise<Object>} `successful`, `message` and, when Odoo itself refuses,
     *     `open_order_ids`: see `pos.session`
     */
    async callShift(method, phase) {
        const { data, session } = this.pos;
        let answer;
        this.job.start(phase);
        try {
            answer = await data.call("pos.session", method, [[session.id]]);
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
