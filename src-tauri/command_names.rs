// Every command of the app. Read by build.rs, which makes a permission of each; by the capability test, which compares
// this list with capabilities/main.json. A command that is not here may be called by nobody.
&[
    "app_status",
    "set_language",
    "check_document",
    "check_contrast",
    "set_server",
    "suggested_device_name",
    "start_activation",
    "resend_code",
    "confirm_activation",
    "cancel_activation",
    "list_requests",
    "reveal_request",
    "reject_request",
    "lookup_request",
    "self_generated_pin",
    "copy_pin",
    "device_details",
    "deactivate_device",
    "forget_device",
]
