import { Component, onWillStart, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useAutofocus, useBus, useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const SOUNDS = {
    accepted: "/mail/static/src/audio/ting",
    refused: "/barcodes/static/src/audio/error",
};
const LOOKS = { done: "table-success", part: "", over: "table-danger" };

/** The boxes of a transfer, received or picked by scanning them. */
export class Scan extends Component {
    static template = "optics_core.Scan";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useService("ui");
        const { params } = this.props.action;
        this.state = useState({
            picking: this.props.resId || params?.picking_id || false,
            choice: null,
            transfer: null,
            answer: null,
            typed: "",
            lot: { name: "", expiry: "" },
            named: "",
        });
        // Boxes come faster than answers: each waits for the one before it.
        this.last = Promise.resolve();
        useAutofocus({ refName: "lot", mobile: true });
        useBus(useService("barcode").bus, "barcode_scanned", ({ detail }) => {
            // A window of Odoo stands over the screen: the box was not meant for it.
            if (this.state.transfer && this.ui.activeElement === document) {
                this.scan(detail.barcode);
            }
        });
        onWillStart(() => (this.state.picking ? this.open(this.state.picking) : this.choose()));
    }

    async choose(warehouse = false) {
        Object.assign(this.state, { picking: false, transfer: null, answer: null });
        this.props.updateActionState?.({ resId: false });
        this.state.choice = await this.orm.call("stock.picking", "optics_scan_transfers", [], {
            warehouse_id: warehouse,
        });
    }

    async open(picking) {
        Object.assign(this.state, { picking, answer: null });
        this.state.transfer = await this.call("optics_scan_state");
        this.props.updateActionState?.({ resId: picking });
    }

    call(method, args = [], kwargs = {}) {
        return this.orm.call("stock.picking", method, [[this.state.picking], ...args], kwargs);
    }

    /**
     * @param {string} barcode
     * @param {{ lot?: { name: string, expiry: string }, is_extra?: boolean }} [more]
     */
    scan(barcode, more = {}) {
        return this.ask(() => this.call("optics_scan", [barcode], more), { barcode, more });
    }

    undo() {
        return this.ask(() => this.call("optics_scan_undo"));
    }

    /** Ask the server in turn, and show what it says. */
    ask(request, sent = {}) {
        const answered = this.last.then(async () => {
            const { state, answer } = await request();
            this.state.transfer = state;
            this.state.answer = { ...answer, ...sent };
            if (answer.kind === "lot_needed") {
                this.state.lot = { name: answer.lot || "", expiry: answer.expiry || "" };
            }
            this.state.named = "";
            this.sound(this.isGood(answer) ? "accepted" : "refused");
        });
        // A failure is shown once, by Odoo, and the next box is asked about all the same.
        this.last = answered.catch(() => {});
        return answered;
    }

    isGood({ kind }) {
        return kind === "accepted" || kind === "undone";
    }

    /** Of the answer: what its colour says, and so do its words. */
    get tone() {
        const { answer } = this.state;
        if (!answer) {
            return "alert-info";
        }
        const isQuestion = answer.kind === "lot_needed";
        return this.isGood(answer) ? "alert-success" : isQuestion ? "alert-warning" : "alert-danger";
    }

    sound(name) {
        const audio = new browser.Audio();
        const ending = audio.canPlayType("audio/ogg; codecs=vorbis") ? ".ogg" : ".mp3";
        audio.src = SOUNDS[name] + ending;
        // A browser is silent until somebody has clicked or typed; the screen says the same.
        Promise.resolve(audio.play()).catch(() => {});
    }

    submitTyped() {
        const barcode = this.state.typed.trim();
        this.state.typed = "";
        return barcode && this.scan(barcode);
    }

    acceptExtra() {
        const { barcode, more } = this.state.answer;
        return this.scan(barcode, { ...more, is_extra: true });
    }

    submitLot() {
        const { barcode, more } = this.state.answer;
        return this.scan(barcode, { ...more, lot: { ...this.state.lot } });
    }

    submitName() {
        const { barcode } = this.state.answer;
        const product = Number(this.state.named);
        const request = () => this.call("optics_scan_name", [barcode, product]);
        return product && this.ask(request, { barcode, more: {} });
    }

    async finish() {
        await this.last;
        const result = await this.call("optics_scan_done");
        if (result && typeof result === "object") {
            await this.action.doAction(result, { onClose: () => this.reload() });
        } else {
            await this.reload();
        }
    }

    async reload() {
        this.state.transfer = await this.call("optics_scan_state");
        if (!this.state.transfer.is_open) {
            this.state.answer = null;
        }
    }

    openTransfer() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "stock.picking",
            res_id: this.state.picking,
            views: [[false, "form"]],
        });
    }

    get groups() {
        const { transfers } = this.state.choice;
        const incoming = transfers.filter(({ kind }) => kind === "incoming");
        return { incoming, outgoing: transfers.filter(({ kind }) => kind !== "incoming") };
    }

    get total() {
        const sum = (name) => this.state.transfer.lines.reduce((all, line) => all + line[name], 0);
        return _t("%(scanned)s of %(asked)s", { scanned: sum("scanned"), asked: sum("asked") });
    }

    /** Of a line: its colour says what its numbers say. */
    look(line) {
        const isLast = this.state.answer?.product === line.product ? "fw-bold" : "";
        const isBegun = line.look === "part" && line.scanned ? "table-warning" : "";
        return `${LOOKS[line.look]} ${isBegun} ${isLast}`;
    }
}

registry.category("actions").add("optics_core.scan", Scan);
