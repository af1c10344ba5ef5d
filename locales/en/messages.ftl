# Messages that leave by SMS, and what a device reads of an unknown browser.

sms-activation-code = Aldaba: your activation code is { $code }. Valid for { $minutes } minutes. Type it in your Aldaba app only; nobody will ask you for it on the phone.
sms-sign-in-pin = Aldaba: { $pin } is your PIN to sign in to { $domain }. Valid for { $minutes } minutes, once. Tell it to nobody.
sms-device-activated = Aldaba: the device "{ $device }" was activated with your identity document. If it was not you, deactivate it from another device or tell the help office.
sms-device-closed = Aldaba: the device "{ $device }" can no longer be used with your identity document. If it was not you, tell the help office.

request-browser-unknown = Unknown browser
request-system-unknown = Unknown system
