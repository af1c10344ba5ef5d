# Messages that leave by SMS, and what a device reads of an unknown browser.

sms-activation-code = Aldaba: your activation code is { $code }. Valid for { $minutes } minutes. Type it in your Aldaba app only; nobody will ask you for it on the phone.
sms-sign-in-pin = Aldaba: { $pin } is your PIN to sign in to { $domain }. Valid for { $minutes } minutes, once. Tell it to nobody.
sms-device-activated = Aldaba: the device "{ $device }" was activated with your identity document. If it was not you, tell the help office today.
sms-device-closed = Aldaba: the device "{ $device }" can no longer be used with your identity document. If it was not you, tell the help office.
sms-password-code = Aldaba: { $code } is your code to set a new password. It lasts { $minutes } minutes. If you did not ask for it, do nothing and tell it to nobody.
sms-password-step = Aldaba: { $code } is your code to sign in. It lasts { $minutes } minutes. If you are not signing in, somebody knows your password: change it.
sms-password-set = Aldaba: your password was set or changed, and your sessions with the one before have ended. If it was not you, tell the office.
sms-password-cancelled = Aldaba: your password was cancelled. If it was not you, tell the office.
sms-password-ending = Aldaba: your password expires on { $day }. Change it before then, on the page where you sign in with it.

request-browser-unknown = Unknown browser
request-system-unknown = unknown system
sms-renounced = Aldaba: you have left Aldaba. Your devices, password and sessions have ended. If it was not you, tell the office.
