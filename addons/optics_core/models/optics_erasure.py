from odoo import api, fields, models
from odoo.exceptions import AccessError


class OpticsErasure(models.Model):
    """That a person was erased on his request, and the answer he was given. It names nobody.

    Erasing is a duty of whoever keeps personal data (152-ФЗ, ст. 14 ч. 1, ст. 21), but for what
    a law makes him keep; the answer says what that is.
    """

    _name = "optics.erasure"
    _description = "Erasure of a patient"
    _order = "erased_on desc, id desc"
    _rec_name = "patient_id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    patient_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    erased_on = fields.Date(string="Erased on", required=True, readonly=True)
    erased_by_id = fields.Many2one("res.users", string="Erased by", required=True, readonly=True)
    text = fields.Html(string="Answer", required=True, readonly=True)

    @api.model
    def _answer(self, patient):
        """Return what the person is told: what is erased, what stays, why, until when."""
        patient = patient.sudo()
        return self.env["ir.qweb"]._render(
            "optics_core.erasure_answer",
            {
                "company": self.env.company,
                "today": fields.Date.context_today(self).strftime("%d.%m.%Y"),
                "erased": patient._erasure_erased(),
                "kept": patient._erasure_kept(),
            },
        )

    @api.model
    def _check_allowed(self, patient):
        """Refuse whoever is no manager, and whose records he could not see."""
        if not self.env.user.has_group("optics_core.group_optics_manager"):
            raise AccessError(self.env._("Only administrators of Optics erase a person."))
        patient.check_access("write")
        patient.sudo()._erasure_check(self.env.user.company_ids)

    @api.model
    def _erase(self, patient):
        """Erase a person in the current transaction.

        :return: the record with the answer
        """
        patient.ensure_one()
        self._check_allowed(patient)
        answer, user = self._answer(patient), self.env.user
        patient = patient.sudo().with_context(active_test=False, tracking_disable=True)
        sweep = self.env["optics.erasure.sweep"].sudo()
        everyone = patient + patient._erasure_addresses()
        words = sweep._words(everyone)
        patterns = sweep._patterns(words, everyone)
        self.env["optics.device.file"]._erase_of(everyone, words)
        patient._erasure_close_records()
        linked, own = sweep._linked(everyone)
        linked = self._with_chatter_of(linked)
        everyone._erasure_make_nameless()
        self._delete_of(everyone, own)
        erasure = self.sudo().create(
            {
                "company_id": self.env.company.id,
                "patient_id": patient.id,
                "erased_on": fields.Date.context_today(self),
                "erased_by_id": user.id,
                "text": answer,
            }
        )
        self.env.flush_all()
        sweep._sweep(patterns, linked)
        self.env.invalidate_all()
        return erasure.sudo(False)

    @api.model
    def _names_of(self, tables):
        """Return the models of tables: what messages, attachments and activities call them."""
        models_of = {
            model._table: name for name, model in self.env.registry.items() if not model._abstract
        }
        return {models_of[table]: ids for table, ids in tables.items() if table in models_of}

    @api.model
    def _delete_of(self, patients, own):
        """Delete the person's page: its messages, activities, files, followers, bank accounts.

        And the files of the person's documents, save those that the law keeps.
        """
        env = patients.env
        of_page = [("res_id", "in", patients.ids)]
        env["mail.activity"].search([("res_model", "=", "res.partner"), *of_page]).unlink()
        env["mail.message"].search([("model", "=", "res.partner"), *of_page]).unlink()
        env["mail.followers"].search([("partner_id", "in", patients.ids)]).unlink()
        env["mail.followers"].search([("res_model", "=", "res.partner"), *of_page]).unlink()
        env["mail.notification"].search([("res_partner_id", "in", patients.ids)]).unlink()
        # Images of fields too: with an id in the domain none is left out.
        files = env["ir.attachment"].with_context(skip_res_field_check=True)
        kept = patients._erasure_models_keeping_files()
        for name, ids in {**self._names_of(own), "res.partner": set(patients.ids)}.items():
            if name not in kept:
                files.search([("res_model", "=", name), ("res_id", "in", list(ids))]).unlink()

    @api.model
    def _with_chatter_of(self, linked):
        """Add messages, activities and files of linked rows to them."""
        whole = dict(linked)
        for name, ids in self._names_of(linked).items():
            if not ids:
                continue
            for table, model, key in (
                ("mail_message", "mail.message", "model"),
                ("mail_activity", "mail.activity", "res_model"),
                ("ir_attachment", "ir.attachment", "res_model"),
            ):
                rows = self.env[model].sudo().with_context(skip_res_field_check=True)
                found = rows.search([(key, "=", name), ("res_id", "in", list(ids))])
                whole[table] = whole.get(table, set()) | set(found.ids)
        messages = whole.get("mail_message") or {0}
        values = self.env["mail.tracking.value"].sudo()
        mails = self.env["mail.mail"].sudo()
        of_messages = [("mail_message_id", "in", list(messages))]
        for rows in (values.search(of_messages), mails.search(of_messages)):
            whole[rows._table] = whole.get(rows._table, set()) | set(rows.ids)
        return whole
