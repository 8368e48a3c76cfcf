import { Component, onMounted, onWillUnmount } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

const LOOK_AGAIN = 2000; // ms between two looks whether the receipt has come to an end meanwhile

/**
 * Says why a receipt is not signed and what to do, and asks: once more, give it up, or later.
 * Closed without an answer, the receipt stays as it is. When the receipt comes to an end while it
 * stands here, it closes by itself and answers `decided`.
 */
export class FiscalRefusalPopup extends Component {
    static template = "optics_pos_ru54fz.FiscalRefusalPopup";
    static components = { Dialog };
    static props = {
        code: { type: String, optional: true },
        message: String,
        remedy: { type: String, optional: true },
        isReturn: { type: Boolean, optional: true },
        undecided: { type: Boolean, optional: true },
        /** What can be done without leaving the order: `cash_in`, `renew_shift` or nothing. */
        wayOut: { type: String, optional: true },
        waits: { type: Boolean, optional: true },
        hasEnded: Function,
        getPayload: Function,
        close: Function,
    };

    setup() {
        let looking;
        onMounted(() => {
            looking = setInterval(async () => {
                if ((await this.props.hasEnded()) && looking) {
                    this.choose("decided");
                }
            }, LOOK_AGAIN);
        });
        onWillUnmount(() => {
            clearInterval(looking);
            looking = null;
        });
    }

    choose(choice) {
        this.props.getPayload(choice);
        this.props.close();
    }
}
