import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { uuidv4 } from "@point_of_sale/utils";
import { parseFloat } from "@web/views/fields/parsers";
import { CashMovePopup } from "@point_of_sale/app/components/popups/cash_move_popup/cash_move_popup";

CashMovePopup.props = [...CashMovePopup.props, "type?"];

/** With a till, the cash moves when the till has registered it; it prints its own paper of it. */
patch(CashMovePopup.prototype, {
    setup() {
        super.setup(...arguments);
        this.key = uuidv4();
        this.state.type = this.props.type || this.state.type;
    },

    async confirm() {
        const amount = parseFloat(this.state.amount);
        if (!this.pos.till || !amount) {
            return super.confirm(...arguments);
        }
        const { type, reason } = this.state;
        const formattedAmount = this.env.utils.formatCurrency(amount);
        const name = type === "in" ? _t("Cash put in") : _t("Cash taken out");
        const extras = { formattedAmount, translatedType: name, key: this.key };
        const move = this._prepareTryCashInOutPayload(
            type,
            amount,
            reason.trim(),
            this.partnerId,
            extras
        );
        if (await this.pos.till.moveCash(move.slice(1))) {
            this.notification.add(_t("%s: %s", name, formattedAmount), { type: "success" });
            this.props.getPayload?.(true);
            this.props.close();
        }
    },
});
