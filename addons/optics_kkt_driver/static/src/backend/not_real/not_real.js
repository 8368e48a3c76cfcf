import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { session } from "@web/session";

/** What plays a part in the companies that the user works in, the worst first. */
function played() {
    const companies = session.fiscal_not_real?.companies || {};
    const found = new Set(user.activeCompanies.flatMap(({ id }) => companies[id] || []));
    return ["tills", "ofd"].filter((what) => found.has(what));
}

/** Says on top of each screen that this is no production; a shop's own server shows nothing. */
export class NotReal extends Component {
    static template = "optics_kkt_driver.NotReal";
    static props = {};

    setup() {
        const words = { tills: _t("virtual tills"), ofd: _t("no real OFD") };
        const reasons = played().map((what) => words[what]);
        const development = session.fiscal_not_real.development;
        this.mode = development ? _t("Development") : _t("Test");
        // Only the worst has a place beside the menus.
        this.reason = reasons[0];
        this.title = [this.mode, reasons.join(", ")].filter(Boolean).join(": ");
    }
}

registry.category("systray").add(
    "optics_kkt_driver.NotReal",
    {
        Component: NotReal,
        isDisplayed: () => Boolean(session.fiscal_not_real?.development || played().length),
    },
    { sequence: 110 }
);
