import { _t } from "@web/core/l10n/translation";

/**
 * The receipts that were left to the till: it signs them by itself, and whoever stands here is told
 * when it did, or why it does not.
 */
export class WaitingReceipts {
    /** @param {Object} pos the PosStore, with a `till` */
    constructor(pos) {
        this.pos = pos;
        /** `uuid` of each order that the cashier knows all about. */
        this.known = new Set();
    }

    /** The cashier leaves this order: of a refusal she was told already. */
    leave(order) {
        if (order.fiscal_state !== "failed") {
            this.known.delete(order.uuid);
        }
    }

    /** The cashier looks at this order herself. */
    take(order) {
        this.known.add(order.uuid);
    }

    /** Ask how far they are, and tell of those that have come to an end. */
    async look() {
        const waiting = this.pos.models["pos.order"].filter(
            (order) => order.isAtTill && order.isSynced && !this.known.has(order.uuid)
        );
        for (const order of waiting) {
            await this.lookAt(order);
        }
    }

    async lookAt(order) {
        const { data } = this.pos;
        const answer = await data.silentCall("pos.order", "fiscal_progress", [[order.id]]);
        if (!answer || this.known.has(order.uuid)) {
            return;
        }
        order.update({ fiscal_state: answer.state || false });
        if (answer.is_signed) {
            this.tell(order, "success", _t("The receipt of order %s is printed.", order.getName()));
        } else if (answer.state === "failed") {
            const text = _t("The receipt of order %s is refused.", order.getName());
            this.tell(order, "warning", `${text} ${answer.text}`);
        }
    }

    tell(order, type, message) {
        this.take(order);
        const close = this.pos.notification.add(message, {
            type,
            sticky: true,
            className: `fiscal-told-${type}`,
            buttons: [
                {
                    name: _t("Show"),
                    onClick: () => {
                        close();
                        this.pos.resumeReceipt(order);
                    },
                },
            ],
        });
    }
}
