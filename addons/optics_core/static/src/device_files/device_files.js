import { Component, useRef } from "@odoo/owl";

import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { FileUploader } from "@web/views/fields/file_handler";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Bytes of a file of a device, as the server takes them. */
const LARGEST = 1024 * 1024;

/** A button that sends files of devices to the server; they may be dropped on its surroundings. */
export class DeviceFiles extends Component {
    static template = "optics_core.DeviceFiles";
    static components = { FileUploader };
    static props = {
        /** Of the elements around the button, the one on which files may be dropped. */
        area: String,
        /** Gives the id of whose files these are, or false. */
        getPatientId: Function,
        onReceived: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        const root = useRef("root");
        const { area } = this.props;
        const target = {
            get el() {
                return root.el && root.el.closest(area);
            },
        };
        useDropzone(target, (event) => this.onDrop(event), "o_optics_device_files");
    }

    async onDrop(event) {
        const files = [...event.dataTransfer.files];
        for (const file of files) {
            const url = file.size > LARGEST ? "" : await getDataURLFromFile(file);
            await this.receive({ name: file.name, size: file.size, data: url.split(",")[1] });
        }
    }

    async receive({ name, size, data }) {
        if (size > LARGEST) {
            this.notification.add(_t("%s is larger than 1 MB.", name), { type: "danger" });
            return;
        }
        try {
            const patientId = await this.props.getPatientId();
            const args = [name, data || "", patientId];
            await this.show(await this.orm.call("optics.device.file", "receive", args));
            await this.props.onReceived();
        } catch (error) {
            // What is wrong with one file is shown; the next one is sent nevertheless.
            if (error.exceptionName === "odoo.exceptions.UserError") {
                this.dialog.add(AlertDialog, { title: name, body: error.data.message });
            } else {
                Promise.reject(error);
            }
        }
    }

    /** Show what the server answers; of a dialog, wait until it is closed. */
    show(answer) {
        return new Promise((resolve, reject) => {
            const isDialog = answer.target === "new";
            this.action
                .doAction(answer, isDialog ? { onClose: resolve } : {})
                .then(() => isDialog || resolve(), reject);
        });
    }
}

/** On the page of a patient, or of a prescription: the files are the patient's. */
export class DeviceFilesWidget extends Component {
    static template = "optics_core.DeviceFilesWidget";
    static components = { DeviceFiles };
    static props = { ...standardWidgetProps };

    async getPatientId() {
        const { record } = this.props;
        if (record.resModel !== "res.partner") {
            return record.data.patient_id ? record.data.patient_id.id : false;
        }
        if (!(await record.save())) {
            throw new Error(_t("Save the patient first."));
        }
        return record.resId;
    }

    async onReceived() {
        const { record } = this.props;
        if (record.resId && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("optics_device_files", {
    component: DeviceFilesWidget,
});

/** The list of what waits for a patient. */
export class DeviceFileListController extends ListController {
    static components = { ...ListController.components, DeviceFiles };
}

registry.category("views").add("optics_device_file_list", {
    ...listView,
    Controller: DeviceFileListController,
    buttonTemplate: "optics_core.DeviceFileList.Buttons",
});
