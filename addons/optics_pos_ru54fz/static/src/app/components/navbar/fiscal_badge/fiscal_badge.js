import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

const LOOKS = {
    green: { color: "text-success", icon: "fa-check-circle" },
    yellow: { color: "text-warning", icon: "fa-exclamation-circle" },
    red: { color: "text-danger", icon: "fa-times-circle" },
    unknown: { color: "text-muted", icon: "fa-question-circle" },
};

/** How the till is, at a glance: colour, sign and words. */
export class FiscalBadge extends Component {
    static template = "optics_pos_ru54fz.FiscalBadge";
    static props = {};

    setup() {
        this.pos = usePos();
        this.till = this.pos.till;
        this.status = useState(this.till.status);
    }

    get look() {
        return LOOKS[this.status.state];
    }

    get text() {
        return this.status.text || _t("The till has not been asked yet.");
    }

    async show() {
        await this.till.refreshStatus();
        const shift = this.status.shift_open
            ? _t("Shift %s is open.", this.status.shift_number)
            : _t("The shift is closed.");
        this.pos.dialog.add(AlertDialog, {
            title: this.till.name,
            body: `${this.text} ${shift}`,
        });
    }
}

patch(Navbar, { components: { ...Navbar.components, FiscalBadge } });
