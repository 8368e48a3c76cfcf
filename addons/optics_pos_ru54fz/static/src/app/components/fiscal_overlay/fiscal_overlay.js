import { Component, onMounted, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { Chrome } from "@point_of_sale/app/pos_app";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

const SHOW_LEAVE_AFTER = 5; // seconds

/** Covers the screen while the till works: what it does, and for how long already. */
export class FiscalOverlay extends Component {
    static template = "optics_pos_ru54fz.FiscalOverlay";
    static props = {};

    setup() {
        this.pos = usePos();
        this.job = useState(this.pos.fiscal.job);
        this.clock = useState({ seconds: 0 });
        useEffect(
            (active, startedAt) => {
                clearInterval(this.timer);
                if (active) {
                    const tick = () =>
                        (this.clock.seconds = Math.floor((Date.now() - startedAt) / 1000));
                    tick();
                    this.timer = setInterval(tick, 500);
                }
            },
            () => [this.job.active, this.job.startedAt]
        );
        onWillUnmount(() => clearInterval(this.timer));
    }

    get title() {
        return {
            saving: _t("Saving the order"),
            printing: _t("The till is printing the receipt"),
            waiting: _t("Waiting for the till: another document is being printed"),
            asking: _t("Asking the till whether the receipt was printed"),
            offline: _t("No connection to the server. The receipt may be printed; asking again."),
            opening_shift: _t("Opening the shift of the till"),
            closing_shift: _t("Closing the shift of the till (Z report)"),
        }[this.job.phase];
    }

    get elapsed() {
        const { seconds } = this.clock;
        return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    get canLeave() {
        return (
            ["waiting", "asking", "offline"].includes(this.job.phase) &&
            this.clock.seconds >= SHOW_LEAVE_AFTER
        );
    }

    leave() {
        this.job.left = true;
    }
}

patch(Chrome, { components: { ...Chrome.components, FiscalOverlay } });

patch(Chrome.prototype, {
    setup() {
        super.setup(...arguments);
        onMounted(() => this.pos.resumeInterrupted());
    },
});
