import { patch } from "@web/core/utils/patch";
import { OrderTabs } from "@point_of_sale/app/components/order_tabs/order_tabs";

patch(OrderTabs.prototype, {
    selectFloatingOrder(order) {
        if (order.isAtTill) {
            this.dialog.closeAll();
            return this.pos.resumeReceipt(order);
        }
        return super.selectFloatingOrder(...arguments);
    },
});
