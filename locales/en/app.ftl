# Texts of the app's screens. Keys start with "app-": the server loads this folder too.

## Everywhere
app-name = Aldaba
app-skip = Skip to content
app-title = { $screen } · Aldaba
app-loading = Opening Aldaba
app-back = Back
app-change = Change
app-retry = Try again
app-cancel = Cancel
app-nav = Sections
app-nav-device = Device
app-nav-settings = Settings
app-language-es = Español
app-language-en = English
app-error-prefix = Error:

## Time
app-time-left-min-sec = { $minutes } min { $seconds } s left
app-time-left-sec = { $seconds } s left
app-time-over = No time left
app-announce-minutes = { $minutes ->
    [one] 1 minute left.
   *[other] { $minutes } minutes left.
}
app-announce-seconds = { $seconds } seconds left.
app-announce-over = Time is up.
app-ago-now = Just now
app-ago-minutes = { $minutes ->
    [one] 1 minute ago
   *[other] { $minutes } minutes ago
}
app-date-time = { $date } at { $time }
app-duration-seconds = { $seconds ->
    [one] 1 second
   *[other] { $seconds } seconds
}
app-duration-minutes = { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
}
app-duration-hours = { $hours ->
    [one] 1 hour
   *[other] { $hours } hours
}
app-duration-days = { $days ->
    [one] 1 day
   *[other] { $days } days
}

## Welcome
app-welcome-title = The key to public services, on this device
app-welcome-lead = Aldaba gives you a single-use PIN to prove who you are on the websites of public administrations.
app-welcome-step-1-title = Activate this device
app-welcome-step-1 = With your DNI or NIE and a code sent by text message. Only once.
app-welcome-step-2-title = Ask for the PIN on the page
app-welcome-step-2 = The request shows up here by itself. Check that it is yours.
app-welcome-step-3-title = Type the PIN and you are in
app-welcome-step-3 = Each PIN works once and expires within minutes.
app-welcome-activate = Activate this device
app-welcome-need = Have your identity document at hand, and the phone you gave when you registered.

## Activate: document
app-document-title = Activate this device
app-document-step = Step 1 of 2
app-document-label = DNI or NIE
app-document-hint = For example, 12345678Z or X1234567L
app-document-ok-dni = This DNI is well formed
app-document-ok-nie = This NIE is well formed
app-document-ok-nif = This NIF is well formed
app-contrast-validity-label = Expiry date of your DNI
app-contrast-validity-hint = Until when it is valid. For example, 17 05 2031
app-contrast-issue-label = Issue date of your DNI
app-contrast-issue-hint = When it was given to you. For example, 17 05 2021
app-contrast-support-label = Support number of your NIE
app-contrast-support-hint = One letter and eight digits. For example, E12345678. If yours has fewer digits, we fill it up with zeros.
app-contrast-support-padded = We will use { $number }
app-contrast-permanent-ask = My DNI is permanent
app-contrast-permanent-note = If your DNI says 01 01 9999, it is permanent: use the issue date.
app-contrast-permanent-undo = My DNI has an expiry date
app-card-caption-validity = It is on the side with the photo, next to “Validez”.
app-card-caption-issue = It is on the side with the photo, next to “Emisión” or “Expedición”.
app-card-caption-support = It is on the side with the photo, next to “Número de soporte”. On the green certificate, at the top right.
app-card-alt-validity = Drawing of a DNI with the expiry date marked, at the bottom right.
app-card-alt-issue = Drawing of a DNI with the issue date marked, at the bottom left.
app-card-alt-support = Drawing of a foreigner’s card with the support number marked, at the top right.
app-card-dni = DOCUMENTO DE IDENTIDAD
app-card-nie = PERMISO DE RESIDENCIA
app-card-field-name = NOMBRE
app-card-field-issue = EMISIÓN
app-card-field-validity = VALIDEZ
app-card-field-support = Nº SOPORTE
app-device-name-label = Name of this device
app-device-name-hint = To tell it from your others.
app-device-name-change = Change the name
app-server-label = Server
app-server-none = Not chosen
app-server-change = Change the server
app-server-field-label = Server address
app-server-field-hint = The one your administration gave you. It starts with https://
app-server-save = Use this server
app-server-saved = Server changed
app-continue = Continue
app-continue-busy = Sending

## Activate: code
app-code-title = Enter the code
app-code-step = Step 2 of 2
app-code-lead = We have sent a text message to the phone in your registration.
app-code-label = Code from the message
app-code-hint = Eight letters and digits, like K7QF-2M9X
app-code-timer = Time to type the code
app-code-confirm = Activate
app-code-confirm-busy = Activating
app-code-resend = Send another code
app-code-resent = If your data match, another message is on its way. The earlier code works too.
app-code-cancel = Start again
app-code-missing-title = It does not arrive
app-code-missing-1 = Wait a minute. Some messages are slow.
app-code-missing-2 = Check that the phone has coverage and does not block messages.
app-code-missing-3 = Press “Send another code”. Any of those you receive will do. For safety only a few messages are sent: if you asked for several, wait an hour; if none arrives then, try tomorrow.
app-code-missing-4 = If it still does not arrive, your document or the other detail may not match your registration. For safety we cannot say which: start again and check them.
app-code-phone-title = I have changed phones
app-code-phone-1 = The code only goes to the number you gave when you registered. It cannot be changed from here, so that nobody can divert it.
app-code-phone-2 = If you still have the old number, put its SIM card in any phone and read the message there.
app-code-phone-3 = If you no longer have it, change the number at a registration office, with your document, or with an electronic certificate.
app-code-expired-title = The code has expired
app-code-expired = { $minutes ->
    [one] The minute is over. Start again and we will send another.
   *[other] The { $minutes } minutes are over. Start again and we will send another.
}
app-code-tries-title = Too many tries
app-code-tries = For safety, this code no longer works. Your registration has not changed. Start again and we will send another.
app-code-wrong-title = Details or code not valid
app-code-wrong = Compare the code with the message, letter by letter. O and 0 count as the same.
app-code-wrong-left = { $tries ->
    [one] You have 1 try left.
   *[other] You have { $tries } tries left.
}
app-code-empty = Type the code from the message
app-code-shape = The code has eight letters and digits. You typed { $count }.
app-code-activated = Device activated.

## Home
app-home-title = Your requests
app-home-empty-title = Nothing is waiting
app-home-empty = Ask for a PIN on the page you want to enter. The request will show up here in a moment. If it does not, type the page’s code below.
app-home-new = { $count ->
    [one] There is a request from { $name }.
   *[other] There are { $count } requests. The latest is from { $name }.
}
app-home-gone = The request from { $name } is over.
app-home-unknown-title = Not known whether anything is waiting
app-home-unknown = If you have asked for a PIN, the request will show up here as soon as the server answers.
app-offline-title = No connection
app-offline = Requests cannot arrive. The offline PIN still works.
app-request-for = For
app-request-from = From
app-request-when = When
app-request-browser-system = { $browser } on { $system }
app-request-place = near { $place }
app-request-phrase = The page must show these same words
app-request-phrase-warning = If they differ, stop: the request may not be yours.
app-request-reveal = See PIN
app-request-reveal-busy = Asking for the PIN
app-request-reveal-of = See PIN for { $name }, “{ $phrase }”
app-request-reject = It was not me
app-request-reject-of = It was not me: { $name }, “{ $phrase }”
app-request-elsewhere = Another of your devices is showing this PIN.
app-request-expired = This request has expired. Go back to the page and ask for another PIN.
app-pin-title = PIN for { $name }
app-pin-phrase = Words
app-pin-type = Type it on the page where you asked for it.
app-pin-spoken = PIN: { $digits }
app-pin-ready = The PIN is { $digits }.
app-pin-timer = Time left for this PIN
app-pin-expired = This PIN has expired. Go back to the page and ask for another.
app-copy = Copy
app-copy-of = Copy the PIN for { $name }, “{ $phrase }”
app-copy-bound = Copy the PIN for this page
app-copy-self = Copy the offline PIN
app-copied = Copied. It will be cleared in 30 seconds.
app-reject-title = You did not ask for this PIN?
app-reject-text = Reject it and nobody will get in with it. Never give this PIN to anyone, even if they call saying they are from the administration.
app-reject-not-me = Reject: it was not me
app-reject-changed = I asked, but no longer want it
app-reject-done = Request rejected. Nobody got in.
app-reject-muted = Request rejected. Until { $until } requests made with your document number will not disturb you. If you ask for a PIN yourself, use the code on the page.
app-dismiss = Understood
app-approve-ask = Which words does the page show?
app-approve-warning = Look at the screen where you want to sign in. If they are not there, or somebody asked you to approve, press “It was not me”.
app-approve-missing = Choose the words that the page shows
app-approve = Approve
app-approve-busy = Approving
app-approve-of = Approve the sign-in at { $name }
app-approve-reject-of = It was not me: { $name }
app-approve-done = Approved. Go back to the page.
app-approve-pin-instead = See a PIN
app-approve-pin-instead-of = See a PIN for { $name }
app-approved-title = Approved
app-approved-text = The page signs in by itself in a moment. If not, press “I have approved it” there.
app-approved-elsewhere = Another of your devices has approved this request.
app-bound-title = PIN for this page
app-bound-text = If the page shows a code and asks for eight digits, type the code here. It needs no connection.
app-bound-submit = Get PIN
app-bound-type = Type it on that page. It only works there, and once.
app-scan-text = Or read the QR code on the page from a picture: a file, or a screenshot that you have copied.
app-scan-camera-text = Or read the QR code on the page.
app-scan-picture = Choose a picture
app-scan-clipboard = Paste a picture
app-scan-camera = Use the camera
app-lookup-title = Not here? Type the code
app-lookup-text = If the request does not appear, or the page shows a code to sign in without a document, type it here.
app-lookup-label = Code on the page
app-lookup-submit = Find
app-lookup-busy = Searching
app-lookup-found = Request found: { $name }.
app-lookup-empty = Type the code that the page shows
app-lookup-shape = The code has eight letters and digits. You typed { $count }.
app-self-title = Offline PIN
app-self-text = For when the page asks for the offline PIN.
app-self-away = It is put away, because nobody has used this window for a while.
app-self-show = Show PIN
app-self-timer = Time until the next PIN
app-self-next = Changes in { $seconds } s

## Device
app-device-title = This device
app-device-name = Name
app-device-level = Level
app-device-activated = Activated
app-device-server = Server
app-device-platform = System
app-device-others = Your other devices
app-device-others-count = { $count ->
    [0] None
    [one] 1
   *[other] { $count }
}
app-device-others-unknown = Not known while offline
app-device-unlock = System unlock
app-unlock-yes = Yes
app-unlock-yes-text = When you see a PIN or approve, the system asks for your face, finger or code: so it also serves procedures of the advanced level.
app-unlock-no = Not available
app-unlock-no-text = It cannot be asked for here when you see a PIN or approve, so these serve the basic level. For procedures of the advanced level, use “PIN for this page”.
app-level-low = Basic
app-level-low-text = Enough for most procedures. For those that ask for more, strengthen your registration at an office.
app-level-substantial = Advanced
app-level-substantial-text = Enough for nearly every procedure.
app-level-high = Highest
app-level-high-text = Enough for every procedure.
app-deactivate-heading = Deactivate
app-deactivate-text = Do it before you sell, give away or repair the device. You can activate it again whenever you like.
app-deactivate = Deactivate this device
app-deactivate-confirm-title = Deactivate this device?
app-deactivate-confirm-text = It will stop receiving requests and its keys will be deleted. Your registration and your other devices do not change.
app-deactivate-confirm = Yes, deactivate
app-deactivate-busy = Deactivating
app-deactivate-here-text = If the server is gone, or does not accept this device, you can delete the keys here only. The server will still count it as yours until you have it deactivated where you were registered.
app-deactivate-here = Delete here only
app-deactivate-here-done = Keys deleted from this device. The server does not know.
app-deactivate-done = Device deactivated. Its keys have been deleted.

## Settings
app-settings-title = Settings
app-settings-language = Language
app-settings-about = About Aldaba
app-settings-version = Version
app-settings-server = Server
app-settings-server-active = To use another server, deactivate this device first.
app-settings-licence = Free software under the EUPL 1.2 licence. Typeface: Atkinson Hyperlegible Next, by the Braille Institute.

## When the keychain or the device has a problem
app-problem-what = What happened
app-problem-todo = What you can do
app-store-safe = Nothing was stored anywhere else. Your keys are never written to a file.
app-store-absent-title = The system keychain is missing
app-store-absent-what = Aldaba keeps its keys in the system’s keychain, and none is running on this computer.
app-store-absent-todo-1 = On Linux, install and open GNOME Keyring or KDE Wallet.
app-store-absent-todo-2 = Sign out, sign in again and open Aldaba.
app-store-locked-title = The keychain is locked
app-store-locked-what = Aldaba needs to read its keys, but the system’s keychain is locked.
app-store-locked-todo-1 = Unlock it with your password when the system asks for it.
app-store-locked-todo-2 = If it does not ask, open your system’s passwords and keys application and unlock it there.
app-store-corrupted-title = The stored keys are damaged
app-store-corrupted-what = The keychain holds Aldaba data that cannot be read. No PIN can be made from it.
app-store-corrupted-todo-1 = If you have a backup of the keychain, restore it and try again.
app-store-corrupted-todo-2 = If not, delete what is left and activate this device again.
app-store-missing-title = This device’s keys are missing
app-store-missing-what = This device was activated, but its keys are no longer in the keychain. Somebody or some program deleted them.
app-store-missing-todo-1 = If you use another keychain or profile, open it and try again.
app-store-missing-todo-2 = If not, activate this device again. It takes two minutes.
app-frozen-title = Device stopped for safety
app-frozen-what = The server has seen this device’s keys used twice, as if there were a copy. So it no longer accepts them.
app-frozen-todo-1 = If you restored a backup of the computer, this is expected: activate this device again.
app-frozen-todo-2 = If you did nothing of the kind, activate it again and change the computer’s password: somebody may have copied your data.
app-frozen-safe = Your registration is safe and nobody can get in with these keys.
app-revoked-title = This device is no longer active
app-revoked-what = The administration deactivated it, or you left Aldaba.
app-revoked-todo-1 = If you want to go on using it, activate it again.
app-revoked-todo-2 = If it was not you who deactivated it, ask your administration.
app-revoked-safe = Its keys no longer open anything.
app-forget-again = Activate again
app-forget-clean = Delete and activate again
app-start-failed-title = Aldaba could not start
app-start-failed-what = Something failed while the app was opening.
app-start-failed-todo = Try again. If it stays the same, close Aldaba and open it once more.

## Errors, one or more for each code
app-error-document-empty = Type your DNI or NIE
app-error-document-shape = A DNI has 8 digits and a letter. An NIE starts with X, Y or Z. Check what you typed.
app-error-document-letter = The letter does not belong to the number. Check both.
app-error-contrast-date-empty = Type the date
app-error-contrast-support-empty = Type the support number
app-error-contrast-date = Type day, month and year. For example, 17 05 2031
app-error-contrast-permanent = Your DNI is permanent. Type the issue date instead of the expiry date.
app-error-contrast-support = The support number is an E or a C and eight digits. For example, E12345678
app-error-device-name-empty = Type a name for this device
app-error-server-empty = Type the server address
app-error-server-malformed = That address will not do. It should look like https://pin.example.org
app-error-server-insecure = For safety, the address must start with https://
app-error-server-extra = Type only the address of the server, with nothing after it. For example, https://pin.example.org
app-error-check-title = Check what you typed
app-error-activation-failed-title = Details or code not valid
app-error-activation-failed = Check your details and try again.
app-error-network-title = No connection to the server
app-error-network = Check your internet connection and try again.
app-error-network-code = Nothing is lost: the code is still good. Check your connection and try again.
app-error-certificate-time-title = Check date and time
app-error-certificate-time = The server’s certificate is not valid on the date that this device has. Turn on automatic time in the system’s settings and try again. If the date is today’s, the fault is the server’s: try again later.
app-error-clock-skew-title = This device’s clock is wrong
app-error-clock-skew-ahead = It is { $offset } fast. Turn on automatic time in the system’s date and time settings and try again.
app-error-clock-skew-behind = It is { $offset } slow. Turn on automatic time in the system’s date and time settings and try again.
app-error-clock-skew = Turn on automatic time in the system’s date and time settings and try again.
app-error-rate-limited-title = Too many requests in a row
app-error-rate-limited = Wait a while and try again.
app-error-rate-limited-wait = Wait { $wait } and try again.
app-error-unavailable-title = The service is not available
app-error-unavailable = It is the server’s problem, not yours. Try again in a few minutes.
app-error-internal-title = Something failed
app-error-internal = It was not your fault. Try again.
app-error-server-unsupported-title = That is not an Aldaba server
app-error-server-unsupported = It answers, but it does not speak this app’s language. Check the address.
app-error-signature-title = The server did not accept the signature
app-error-signature = Try again. If it stays the same, delete this device under “This device” and activate it again.
app-error-device-unknown-title = The server does not know this device
app-error-device-unknown = Activate it again to go on using it.
app-error-request-unknown-title = We cannot find that request
app-error-request-unknown = Check the code, or ask for another PIN on the page: it may have expired.
app-error-request-taken-title = Another device has this PIN
app-error-request-taken = Look at the device where you pressed “See PIN”.
app-error-request-rejected-title = This request has been rejected
app-error-request-rejected = If you want to get in, ask for another PIN on the page.
app-error-request-burnt-title = This request no longer works
app-error-request-burnt = There were too many tries with a wrong PIN. Ask for another on the page. Your device is still active.
app-error-request-expired-title = The request has expired
app-error-request-expired = Go back to the page and ask for another PIN.
app-error-request-spent-title = This PIN has been used already
app-error-request-spent = If it was not you who got in, tell your administration. If you have just said “It was not me”, the session that it opened is closed.
app-error-phrase-wrong-title = Those were not the words
app-error-phrase-wrong = The page shows others, and the request was closed for your safety. Nobody has signed in. If you want to sign in, start again on the page.
app-error-qr-stale-title = That QR code is no longer good
app-error-qr-stale = It changes every second and is good for three seconds. Type the code that stands beside it on the page.
app-error-qr-unreadable-title = There is no Aldaba code in that picture
app-error-qr-unreadable = Choose another picture, PNG or JPEG, or type the code that the page shows.
app-error-unlock-refused-title = It was not unlocked
app-error-unlock-refused = Nothing was shown or approved. Try again.
app-error-clipboard-title = Copying failed
app-error-clipboard = Type the PIN on the page by hand.
app-error-unknown-title = Something failed
app-error-unknown = Try again. If it happens again, give this code to whoever helps you: { $code }

## System notification (shown by the program, not by the screens)
app-unlock-reveal = To see the PIN
app-unlock-approve = To approve the sign-in
app-notification-title = { $site } asks for your PIN
app-notification-body = Open Aldaba to see who asks and what for.
app-notification-open = Open
app-notification-other-device-title = Another device was activated in your name
app-notification-other-device-body = If it was not you, tell your administration today.
app-other-device-when = { $when }. If it was not you, tell your administration today.
app-other-device-read = I have read this
