import { patch } from "@web/core/utils/patch";
import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import { FiscalReceipt } from "@optics_pos_ru54fz/app/components/fiscal_receipt/fiscal_receipt";

patch(OrderReceipt, { components: { ...OrderReceipt.components, FiscalReceipt } });

patch(OrderReceipt.prototype, {
    /** Shows the signed receipt; a gift slip (`basic_receipt`) has no prices and is none. */
    get isFiscal() {
        return Boolean(this.order.fiscal_receipt) && !this.props.basic_receipt;
    },
    /** A bill of a point of sale with a till, before it is signed. */
    get isUnsigned() {
        return Boolean(this.order.config._fiscal_till) && !this.order.fiscal_receipt;
    },
});
