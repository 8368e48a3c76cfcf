import { patch } from "@web/core/utils/patch";
import { PartnerList } from "@point_of_sale/app/screens/partner_list/partner_list";

patch(PartnerList.prototype, {
    /** Offers no colleague and no program as a customer; whoever is chosen already stays. */
    getPartners(partners) {
        const customers = this.pos.till
            ? partners.filter((each) => each.partner_share || each.id === this.props.partner?.id)
            : partners;
        return super.getPartners(customers);
    },
});
