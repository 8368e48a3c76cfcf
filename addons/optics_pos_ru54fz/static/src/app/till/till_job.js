import { _t } from "@web/core/l10n/translation";

const named = (phases) =>
    Object.freeze(
        Object.fromEntries(
            Object.entries(phases).map(([name, phase]) => [
                name,
                Object.freeze({ name, leavable: false, ...phase }),
            ])
        )
    );

/**
 * What the till may be busy with. `name` marks the overlay (`data-phase`), `title` is its heading.
 * Of a `leavable` phase nobody knows how long it lasts: the cashier may go on with other orders.
 */
export const PHASES = named({
    saving: { title: _t("Saving the order") },
    printing: { title: _t("The till is printing the receipt") },
    waiting: {
        title: _t("Waiting for the till: another document is being printed"),
        leavable: true,
    },
    calling: { title: _t("The till does not answer yet"), leavable: true },
    asking: { title: _t("Asking the till whether the receipt was printed"), leavable: true },
    offline: {
        title: _t("No connection to the server. The receipt may be printed; asking again."),
        leavable: true,
    },
    opening_shift: { title: _t("Opening the shift of the till") },
    renewing_shift: { title: _t("Closing the shift of the till and opening the next one") },
    moving_cash: { title: _t("The till is registering the cash") },
    closing_shift: { title: _t("Closing the shift of the till (Z report)") },
});

/** The one thing that the till is busy with, as the overlay shows it. */
export class TillJob {
    active = false;
    /** One of `PHASES`; null before the first job. */
    phase = null;
    /** What the server says about it, in the cashier's language; may be empty. */
    text = "";
    /** Empty when the job is about no order. */
    orderName = "";
    /** In ms since 1970, by the browser's clock. */
    startedAt = 0;
    /** The cashier goes on with other orders: whoever runs the job ends it soon. */
    left = false;

    /** Begin anew, with the time at zero. */
    start(phase, orderName = "") {
        Object.assign(this, {
            active: true,
            phase,
            text: "",
            orderName,
            startedAt: Date.now(),
            left: false,
        });
    }

    /** Show how far the job is, the time going on. The text stays unless another is given. */
    show(phase, text = this.text) {
        Object.assign(this, { phase, text });
    }

    leave() {
        this.left = true;
    }

    finish() {
        this.active = false;
    }
}
