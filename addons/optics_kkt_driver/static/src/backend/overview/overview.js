import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { formatDateTime, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const CHANNEL = "optics_kkt_driver.tills";
const EVENTS = ["optics_kkt_driver/document", "optics_kkt_driver/presence"];
const LOOK_EVERY = 15000; // ms; deliveries ring no bell
const GATHER = 1000; // ms; a busy shop signs several documents a second

const COLOURS = { ready: "success", attention: "warning", blocked: "danger", unknown: "secondary" };
const COUNTERS = {
    agree: [_t("The till has counted the same"), "text-success"],
    differ: [_t("The till has counted otherwise"), "text-danger"],
    partial: [_t("Not seen from its beginning"), "text-muted"],
    pending: [_t("Not compared yet"), "text-muted"],
};

/** Each till, its day and what to do next; live. */
export class Overview extends Component {
    static template = "optics_kkt_driver.Overview";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.page = useState({ at: false, advice: [], tills: [], isOld: false });
        this.display = { controlPanel: {} };
        const look = debounce(() => this.look(), GATHER);
        onWillStart(() => this.look());
        this.bus.addChannel(CHANNEL);
        EVENTS.forEach((event) => this.bus.subscribe(event, look));
        const timer = setInterval(() => document.hidden || this.look(), LOOK_EVERY);
        onWillUnmount(() => {
            clearInterval(timer);
            look.cancel();
            EVENTS.forEach((event) => this.bus.unsubscribe(event, look));
            this.bus.deleteChannel(CHANNEL);
        });
    }

    /** Ask the server; what it does not answer leaves the page as it was, and says so. */
    async look() {
        try {
            Object.assign(this.page, await this.orm.silent.call("kkt.overview", "read_overview"));
            this.page.isOld = false;
        } catch {
            this.page.isOld = true;
        }
    }

    time(moment) {
        return moment ? formatDateTime(deserializeDateTime(moment), { showSeconds: false }) : "";
    }

    colour(till) {
        return COLOURS[till.health];
    }

    counters(till) {
        return COUNTERS[till.counters];
    }

    do(action) {
        return this.action.doAction(action);
    }

    open(till) {
        return this.do({
            type: "ir.actions.act_window",
            res_model: "kkt.device",
            res_id: till.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("optics_kkt_driver.overview", Overview);
