import { patch } from "@web/core/utils/patch";
import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";

const isUnpaid = (leaf) => leaf[0] === "amount_unpaid";

/** Unpaid, or paid at a till: goods that were prepaid in full still have to leave by a receipt. */
const settleable = (domain) => [
    ...domain.filter((leaf) => !isUnpaid(leaf)),
    "|",
    domain.find(isUnpaid),
    ["pos_order_line_ids.order_id.state", "in", ["paid", "done"]],
];

patch(ControlButtons.prototype, {
    onClickQuotation() {
        if (!this.pos.till) {
            return super.onClickQuotation(...arguments);
        }
        // The domain is built inside of Odoo's method, which hands it to the dialog at once.
        const { dialog } = this;
        this.dialog = {
            add: (component, props) =>
                dialog.add(component, { ...props, domain: settleable(props.domain) }),
        };
        try {
            return super.onClickQuotation(...arguments);
        } finally {
            this.dialog = dialog;
        }
    },
});
