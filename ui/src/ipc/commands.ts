import type { ActivationView } from "../bindings/ActivationView";
import type { AppStatus } from "../bindings/AppStatus";
import type { BroughtUpView } from "../bindings/BroughtUpView";
import type { ContrastCheck } from "../bindings/ContrastCheck";
import type { DeviceDetails } from "../bindings/DeviceDetails";
import type { DocumentCheck } from "../bindings/DocumentCheck";
import type { PageBoundPin } from "../bindings/PageBoundPin";
import type { RejectOutcome } from "../bindings/RejectOutcome";
import type { RejectReason } from "../bindings/RejectReason";
import type { RequestCard } from "../bindings/RequestCard";
import type { RequestsView } from "../bindings/RequestsView";
import type { SelfGeneratedPin } from "../bindings/SelfGeneratedPin";
import type { ServerChoice } from "../bindings/ServerChoice";
import { call } from "./call";
import { readWithCamera } from "./camera";

/** Where the app stands, read afresh from the keychain. */
export const appStatus = () => call<AppStatus>("app_status");
export const setLanguage = (language: string) => call<void>("set_language", { language });

/** Rejects with `document_invalid`, whose detail is `empty`, `shape` or `letter`. */
export const checkDocument = (document: string) => call<DocumentCheck>("check_document", { document });
/** Rejects with `contrast_invalid`, whose detail is `empty`, `date`, `permanent` or `support`. */
export const checkContrast = (document: string, contrast: string) =>
  call<ContrastCheck>("check_contrast", { document, contrast });
export const setServer = (url: string) => call<ServerChoice>("set_server", { url });
export const suggestedDeviceName = () => call<string>("suggested_device_name");

export const startActivation = (document: string, contrast: string, deviceName: string) =>
  call<ActivationView>("start_activation", { document, contrast, deviceName });
export const resendCode = () => call<ActivationView>("resend_code");
export const confirmActivation = (code: string) => call<AppStatus>("confirm_activation", { code });
export const cancelActivation = () => call<AppStatus>("cancel_activation");

export const listRequests = () => call<RequestsView>("list_requests");
export const revealRequest = (id: string) => call<RequestCard>("reveal_request", { id });
export const rejectRequest = (id: string, reason: RejectReason) =>
  call<RejectOutcome>("reject_request", { id, reason });
export const lookupRequest = (code: string) => call<RequestCard>("lookup_request", { code });

/** `phrase` is the one of the request's choices that its owner sees on the page. */
export const approveRequest = (id: string, phrase: string) => call<RequestCard>("approve_request", { id, phrase });

/** A PNG or JPEG, whose bytes are the whole message. */
export const scanPicture = (bytes: Uint8Array) => call<BroughtUpView>("scan_picture", bytes);
export const scanClipboard = () => call<BroughtUpView>("scan_clipboard");
export const scanCamera = async () => call<BroughtUpView>("scan_camera", { text: await readWithCamera() });
/** What the link names that the app was opened with, once. */
export const openedLink = () => call<BroughtUpView | null>("opened_link");

export const selfGeneratedPin = () => call<SelfGeneratedPin>("self_generated_pin");
/** The PIN for the page that shows this challenge. */
export const pageBoundPin = (challenge: string) => call<PageBoundPin>("page_bound_pin", { challenge });
/**
 * Puts a PIN on the clipboard: the self-generated one (`"self"`), that of a page's challenge (`"bound:K7QF-2M9X"`) or that of
 * the request with this id.
 */
export const copyPin = (source: string) => call<void>("copy_pin", { source });

export const deviceDetails = () => call<DeviceDetails>("device_details");
export const deactivateDevice = () => call<AppStatus>("deactivate_device");
/** Deletes what is left here of a device that cannot be used any more. */
export const forgetDevice = () => call<AppStatus>("forget_device");
