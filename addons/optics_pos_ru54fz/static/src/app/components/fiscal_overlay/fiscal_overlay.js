import { Component, onMounted, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { Chrome } from "@point_of_sale/app/pos_app";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

const SHOW_LEAVE_AFTER = 5; // seconds

/** Covers the screen while the till works: what it does, and for how long already. */
export class FiscalOverlay extends Component {
    static template = "optics_pos_ru54fz.FiscalOverlay";
    static props = {};

    setup() {
        this.job = useState(usePos().till.job);
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

    get elapsed() {
        const { seconds } = this.clock;
        return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    get canLeave() {
        return this.job.phase.leavable && this.clock.seconds >= SHOW_LEAVE_AFTER;
    }
}

patch(Chrome, { components: { ...Chrome.components, FiscalOverlay } });

patch(Chrome.prototype, {
    setup() {
        super.setup(...arguments);
        onMounted(() => this.pos.resumeInterrupted());
    },
});
