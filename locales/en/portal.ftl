# Pages served by Aldaba: sign-in, the sample site and the demonstration pages.

## Shared by every page

portal-name = Aldaba
portal-tagline = Sign-in to public sites
portal-skip = Skip to content
portal-language-nav = Language
portal-language-es = Español
portal-language-en = English
portal-demo-banner = Demonstration: the data, the people and the town hall are invented.
portal-demo-banner-link = Guide to the demonstration
portal-footer = Aldaba is free software, under the EUPL 1.2 licence.
portal-footer-privacy = These pages only use the cookies needed to sign you in. They go away when you close the browser, except the ones that remember your language and the ways to sign in that you prefer and, if you sign in, the one that remembers that somebody signed in from here: it does not say who, and keeps a share of the SMS for people who are known in this browser.
portal-title-separator = { $page } · { $site }
portal-error-prefix = Error: { $title }
portal-copy = Copy
portal-copied = Copied

## Dates

portal-zone-peninsula = time in mainland Spain
portal-zone-utc = UTC
portal-time = { $time } ({ $zone })
portal-date-and-time = { $day } { $month } { $year }, { $time } ({ $zone })
portal-day = { $day } { $month } { $year }
portal-month-1 = January
portal-month-2 = February
portal-month-3 = March
portal-month-4 = April
portal-month-5 = May
portal-month-6 = June
portal-month-7 = July
portal-month-8 = August
portal-month-9 = September
portal-month-10 = October
portal-month-11 = November
portal-month-12 = December

## Levels and methods

level-low = Basic
level-low-explained = Level “low” of the European eIDAS regulation: you registered from a distance, or nothing made sure that it was you who used the device.
level-substantial = Advanced
level-substantial-explained = Level “substantial” of the European eIDAS regulation: your identity was checked when you registered.
level-high = Highest
level-high-explained = Level “high” of the European eIDAS regulation.
method-incoming = PIN, shown in your app
method-self-generated = Offline PIN
method-page-bound = PIN for one page
method-qr = QR code, approved in your app
method-sms = PIN received by SMS
method-own-key-sms = Own key and PIN by SMS
method-password = Password
method-certificate = Digital certificate

## Sign-in form

signin-title = Sign in
signin-asks-heading = Who is asking
signin-asks-site = Site
signin-asks-domain = Address
signin-asks-level = Level it asks for
signin-asks-wished = Level it would prefer
signin-asks-procedure = Procedure
signin-procedure-none = Enter the site
signin-intro = Enter the details of your document. You will then see the PIN in the Aldaba app and type it here.
signin-document-label = DNI or NIE
signin-document-hint = With its letter. Spaces, hyphens and capitals do not matter. For example, 12345678Z.
signin-contrast-label = Expiry date of the DNI or support number of the NIE
signin-contrast-hint = For example, 17/05/2031 or C01234567. If your DNI is permanent, its date of issue.
signin-where-summary = Where to find it
signin-where-dni = DNI: the expiry date
signin-where-dni-alt = Drawing of the front of a DNI. The expiry date is at the bottom, to the right of the photograph, under the words “validez” or “válido hasta”.
signin-where-dni-mark = VALIDEZ
signin-where-permanent = Permanent DNI: the date of issue
signin-where-permanent-alt = Drawing of the front of a permanent DNI. The expiry date is 01 01 9999; we ask for the date of issue, to its left.
signin-where-permanent-mark = EXPEDICIÓN
signin-where-permanent-note = It is permanent if the expiry date is 01/01/9999.
signin-where-nie = NIE: the support number
signin-where-nie-alt = Drawing of the front of a foreigner’s card. The support number is at the top right: an E or a C and eight digits.
signin-where-nie-mark = SOPORTE
signin-where-nie-note = An E or a C and eight digits. You may leave out leading zeros.
signin-personalise-summary = Personalise with a key of your own
signin-personalise-intro = Optional. Make up a key for this time: we will ask for it again with the PIN. That way, seeing the PIN in your app is not enough to get in.
signin-own-key-label = Your own key
signin-own-key-hint = Four letters or digits.
signin-own-key-again-label = Your own key, again
signin-submit = Get a PIN
signin-submit-self = Use the offline PIN of my app
signin-submit-self-hint = The offline PIN is on the home screen of your app, also when the app has no network.
signin-no-app = Not using Aldaba yet? First activate the app on your phone or computer with your document and the code you will get by SMS.
ways-heading = Other ways to sign in
ways-missing-summary = Why are other ways not here?
ways-missing-level = It does not reach the level “{ $level }” that this procedure asks for. If your registration allows, use one of the ways above.
ways-missing-level-bound = It does not reach the level “{ $level }” that this procedure asks for. The “PIN for this page” can, and needs no connection either.
ways-missing-site = { $site } does not admit this way.
home-account = See my sessions and my ways to sign in
way-self-generated = Offline PIN
way-self-generated-text = Your app needs no connection: type into this page the six digits that it shows.
way-incoming = PIN
way-incoming-text = Ask for a PIN on this page and read it in the app on your phone or computer.
way-qr = QR code
way-qr-text = Without typing your document: scan a QR code with the app and approve there.
way-page-bound = PIN for this page
way-page-bound-text = Your app needs no connection: type a code of the page into it and it gives you eight digits.
way-password = Password
way-password-text = With your document and the password that you chose, without an app. Some procedures ask for a PIN as well.
way-sms = PIN by SMS
way-sms-text = If you do not have the app at hand: a one-time PIN on the phone of your registration.
way-own-key-sms = Own key and PIN by SMS
way-own-key-sms-text = Make up a key for this time and type it with the PIN that you receive by SMS.

signin-sms-title = Receive a PIN by SMS
signin-sms-intro = Enter the details of your document. We will send you the PIN by SMS and you will type it here.
signin-sms-submit = Send the PIN by SMS
signin-sms-phone = The SMS goes to the phone of your registration. If you have an active app, it leaves after one minute.
signin-sms-caution = SMS protects less than the app: it can be read on a locked phone or sent astray to another. If you can, use the app.
signin-key-title = Own key and PIN by SMS
signin-key-intro = Enter the details of your document and make up a key for this time. We will send you a PIN by SMS, and you will type both here.
signin-key-label = A key that you make up
signin-key-hint = Four letters or digits. We will ask for it again with the PIN.
signin-key-submit = Send the PIN by SMS

signin-errors-heading = Check these details
signin-error-document-empty = Enter your DNI or NIE
signin-error-document-shape = A DNI is eight digits and a letter; an NIE is a letter (X, Y or Z), seven digits and another letter
signin-error-document-letter = The letter does not belong to that document number. Check the digits and the letter
signin-error-contrast-empty = Enter the expiry date of the DNI or the support number of the NIE
signin-error-contrast-date = Enter the date with day, month and year, like 17/05/2031
signin-error-contrast-permanent = 01/01/9999 means that your DNI is permanent: enter its date of issue
signin-error-contrast-support = The support number is an E or a C and up to eight digits, like C01234567
signin-error-own-key-empty = Make up a key of four letters or digits
signin-error-own-key-shape = Your own key is four letters or digits
signin-error-own-key-different = The two keys are not the same. Enter them again
signin-error-own-key-again = Enter your own key again
signin-error-rate-title = Please wait a moment
signin-error-rate = There have been too many requests from your connection. Try again in { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  }.

## QR code, without typing the document

qr-title = Sign in with a QR code
qr-intro = You do not have to type your document. The page will show a QR code and, beside it, a written code; your app reads either and you approve the sign-in there.
qr-submit = Show the QR code
qr-warning = Only do this if you came here from the site you want to enter. Do not scan codes that other people send or show you.
qr-page-title = Scan the code with your app
qr-step-open = Open Aldaba on your phone or computer and go to “Not here? Type the code”.
qr-step-scan = Scan this QR code, which changes every second, or type the eight-character code.
qr-step-approve = Check there who is asking, choose these two words and press “Approve”:
qr-step-unlike = If the app does not show these words, or you asked for nothing, press “It was not me”.
qr-alt = QR code that changes every second. The code written beside it does the same.
qr-code-label = Code of this page
qr-no-script = Your browser does not use JavaScript and the QR code cannot change: type the eight-character code into the app.
qr-status-claimed = Your app has received the request. Approve it there.
qr-status-approved = Approved. One moment.
qr-approved = I have approved it
qr-type-pin = I would rather type a PIN
qr-error-not-approved = You have not approved it in your app yet. Open it, choose the two words and press “Approve”
app-link = Open in the app on this device

## PIN for this page

bound-title = Sign in with a PIN for this page
bound-intro = Enter the details of your document. Then your app will give you an eight-digit PIN that only works here, even without a connection.
bound-submit = Continue

## Links that open the app

open-title = Open Aldaba
open-text = This link is for the Aldaba app. If it has not opened by itself, open it and type the code shown on the page you come from.
open-safe = Opening the app approves and shows nothing: you will see there who is asking, and you decide.

## PIN page

pin-title = Enter the PIN of this request
pin-self-title = Enter the offline PIN
pin-summary-heading = Your request
pin-steps-heading = What to do
pin-step-open = Open Aldaba on your phone or computer.
pin-step-check = Check that the request shows these two words:
pin-step-reveal = If they match, press “See PIN” and type it here.
pin-step-unlike = If they do not match or you asked for nothing, press “It was not me”.
pin-self-step-open = Open Aldaba on your phone or computer. No connection is needed.
pin-self-step-read = Its home screen shows, under “Offline PIN”, six digits that change every half minute.
pin-self-step-type = Type them here before they change. Each PIN works once.
pin-bound-title = Enter the PIN for this page
pin-bound-step-open = Open Aldaba and go to “PIN for this page”. It needs no connection.
pin-bound-step-challenge = Type this code there or scan the QR code:
pin-bound-step-type = Type here the eight digits that it gives you. They only work on this page, and once.
pin-bound-code-label = Code of this page
pin-bound-qr-alt = QR code with the same eight-character code that is written beside it, for the app on a phone.
pin-label = PIN
pin-hint = { $digits } digits. You can paste it.
pin-own-key-label = Your own key
pin-own-key-hint = The one you made up when you asked for the PIN: four letters or digits.
pin-submit = Sign in
pin-time-heading = Time to finish
pin-time-until = Until { $time }
pin-time-left = { $minutes ->
    [0] Less than a minute left
    [one] One minute left
   *[other] { $minutes } minutes left
  }
pin-time-over = The time is over
pin-time-pin = Once you see the PIN in your app, it is good for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  }.
pin-missing-summary = Does it not show up in your app?
pin-missing-intro = In the app, go to “Not here? Type the code” and type this code, or scan the QR code with the app on your phone. It brings up exactly this request.
pin-missing-code-label = Code of this request
pin-missing-code-spoken = Code, character by character: { $spelled }
pin-missing-qr-alt = QR code with the same eight-character code that is written next to it.
pin-missing-check = Also check that the app is activated with the same document that you entered here.
pin-again = Start again
pin-sms-title = Enter the PIN that you received by SMS
pin-key-title = Enter the PIN of the SMS and your own key
pin-sms-step-wait = Wait for the SMS. If your details are right, it reaches the phone of your registration.
pin-sms-step-check = Check that the SMS names this site:
pin-sms-step-type = Type it here. It works once, and only on this page.
pin-sms-missing-summary = Has the SMS not arrived?
pin-sms-missing-wait = It can take a few minutes. If you have an active app on some device, an SMS that you ask for from the start leaves after one minute.
pin-sms-missing-limit = For safety, a person receives at most { $count } SMS a day, and a part of them only goes to browsers in which they signed in before; besides, each site pays for a number of SMS a month. That is why we do not say here whether the SMS has left.
pin-sms-missing-app = Meanwhile you can sign in with the app. If you have a new phone number, ask the office to update it.
pin-sms-instead-heading = Do you not have the app at hand?
pin-sms-instead-text = We send the PIN by SMS to the phone of your registration. This request will no longer be seen in the app.
pin-sms-instead-submit = Send an SMS
pin-sms-later = If you do not have the app at hand, you can ask for an SMS in one minute.
pin-sms-reload = Reload this page
pin-errors-heading = You could not sign in

pin-sms-error-empty = Enter the PIN that you received by SMS
pin-error-empty = Enter the PIN that your app shows
pin-error-shape = The PIN is { $digits } digits, without letters
pin-error-own-key-empty = Enter the key that you made up when you asked for the PIN
pin-error-own-key-shape = Your own key is four letters or digits
pin-error-wrong = The PIN is not right. { $tries ->
    [one] You have one try left
   *[other] You have { $tries } tries left
  }
pin-error-wrong-own-key = The PIN or your own key is not right. { $tries ->
    [one] You have one try left
   *[other] You have { $tries } tries left
  }
pin-error-wrong-self = The offline PIN is not right or has already changed. Type the one that your app shows now. { $tries ->
    [one] You have one try left
   *[other] You have { $tries } tries left
  }
pin-error-wrong-bound = The PIN is not right. Check that you typed the code of this page into the app. { $tries ->
    [one] You have one try left
   *[other] You have { $tries } tries left
  }
pin-error-not-revealed = No PIN has been shown for this request yet. Open Aldaba, press “See PIN” and type it here. This try does not count
pin-error-delayed = There have been several failed tries with the offline PIN. Wait { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  }, or get a PIN, which you can use right away

## Passwords

pwd-signin-title = Sign in with your password
pwd-signin-intro = Type your document and your password. If you want more security, get a PIN as well and read it in your app.
pwd-signin-intro-step = Type your document and your password. This procedure asks for a second step: afterwards you will see a PIN in your app and type it here.
pwd-signin-intro-wished = Type your document and your password. The site would prefer that you get a PIN as well and read it in your app, but does not require it: you can also sign in without one.
pwd-label = Password
pwd-signin-submit = Sign in
pwd-signin-continue = Continue
pwd-signin-submit-app = Sign in with a PIN as well
pwd-signin-submit-sms = Sign in with an SMS as well
pwd-step-hint = The second step reaches your app or your phone only if the password is right.
pwd-links-heading = Your password
pwd-link-create = I have no password: create one
pwd-link-recover = I forgot it, or it has expired
pwd-link-change = Change it for another
pwd-link-cancel = Cancel it
pwd-back-signin = Sign in with a password
pwd-other-ways = Other ways to sign in
pwd-second-step-intro = Your password is right. The second step is left: the PIN that you will see in your app.
pwd-step-title = Type the code from the SMS
pwd-step-intro = Your password is right. We have sent a code to your phone; it lasts { $minutes } minutes.
pwd-code-label = Code from the SMS
pwd-code-hint = Eight letters and digits, like 7Q2M-XK4T. You can paste it.
pwd-create-title = Create a password
pwd-create-intro = We will send a code by SMS to the phone in your registration. With it you can choose your password.
pwd-recover-title = Recover your password
pwd-recover-intro = We will send a code by SMS to the phone in your registration. With it you can choose a new password; the one before will no longer work.
pwd-begin-submit = Send the code
pwd-set-title = Choose your password
pwd-set-intro = If the details are right, you will get an SMS with a code. It lasts { $minutes } minutes. Type it here with your new password.
pwd-new-label = New password
pwd-new-hint = At least eight characters. Easiest to remember and hard to guess are several uncommon words; capitals and symbols are not needed.
pwd-again-label = New password again
pwd-old-label = Current password
pwd-set-submit = Save the password
pwd-another-code = Ask for another code
pwd-change-title = Change your password
pwd-change-intro = Changing it ends all sessions that you opened with the one before.
pwd-change-submit = Change the password
pwd-cancel-title = Cancel your password
pwd-cancel-intro = Nobody will be able to sign in with it and its sessions will end. Other ways to sign in stay as they are. You can create another whenever you like.
pwd-cancel-intro-session = You are signed in in this browser, so you need not type it. Nobody will be able to sign in with it and its sessions will end. Other ways to sign in stay as they are.
pwd-cancel-submit = Cancel the password
pwd-done-set-title = Password saved
pwd-done-set-text = You can sign in with it now. It lasts two years: we will tell you a month before it expires.
pwd-done-changed-title = Password changed
pwd-done-changed-text = The one before no longer works, and the sessions that you opened with it have ended. The new one lasts two years.
pwd-done-cancelled-title = Password cancelled
pwd-done-cancelled-text = Nobody can sign in with it. Other ways to sign in stay as they are.
pwd-over-title = This code no longer works
pwd-over-text = The code has expired, was used, or was typed wrongly too often. Ask for another.
pwd-expired-title = Your password has expired
pwd-expired-text = It is right, but two years have passed since you chose it. Choose another with a code that you will get by SMS.
pwd-expired-recover = Choose another
pwd-ending-title = Your password expires soon
pwd-ending-text = You have signed in. Your password lasts until { $day }: change it before that day.
pwd-ending-go-on = Continue

pwd-error-empty = Type your password
pwd-error-long = A password has at most { $longest } characters
pwd-error-wrong = The document or the password is not right. Check capitals and the keyboard's language
pwd-error-delayed = There were several failed tries with this document. Wait { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  } or use another way to sign in, which works at once
pwd-error-disabled = There were too many failed tries with this document and the password is paused. Recover the password, use another way to sign in or, after an hour, open your app while online and try once more
pwd-error-busy = Too many people are signing in right now. This try does not count: try again in a few seconds
pwd-error-no-device = Your password is right, but you have no activated app for the second step. Activate the app or use another way to sign in
pwd-error-no-sms = Your password is right, but we cannot send you more SMS now. Sign in with a PIN as second step or use another way to sign in
pwd-error-code-empty = Type the code that you got by SMS
pwd-error-code-wrong = The code is not right. { $tries ->
    [one] You have one try left
   *[other] You have { $tries } tries left
  }
pwd-error-failed = Details or code not valid. Check the code of the last SMS or ask for another
pwd-error-new-empty = Type the new password
pwd-error-short = A password has at least { $shortest } characters
pwd-error-control = The password has a character that cannot be typed, such as a line break. Type it again
pwd-error-different = The two passwords differ. Type them again
pwd-error-same = The new password is the same as the current one. Choose another
pwd-error-personal = The password contains your document, your name or your phone, which is what is tried first. Choose another
pwd-error-leaked = This password is in lists of stolen passwords. Choose another
pwd-error-unknown = We cannot check now whether the password is safe. Try again in a few minutes
pwd-weak-guessable = This password is easy to guess.
pwd-weak-keyboard = Keys in a row are easy to guess.
pwd-weak-repeats = Repetitions are easy to guess.
pwd-weak-common = It is one of the most used passwords.
pwd-weak-similar = It is like one of the most used passwords.
pwd-weak-sequence = Sequences like abc or 6543 are easy to guess.
pwd-weak-date = Years and dates are easy to guess.
pwd-weak-word = A single word is easy to guess.
pwd-weak-name = Names and surnames are easy to guess.
pwd-help-words = Add one or two uncommon words.
pwd-help-no-symbols = Symbols, digits and capitals are not needed.
pwd-help-capitals = Capitals do not help much.
pwd-help-reversed = Reversed words do not help much.
pwd-help-substitutions = Replacing letters by signs, such as “@” for “a”, does not help much.
pwd-help-keyboard = Use more keys with more turns.
pwd-help-repeats = Do not repeat words or characters.
pwd-help-sequences = Avoid sequences.
pwd-help-dates = Avoid years and dates, above all your own.

## When the request is over

over-expired-title = The request has expired
over-expired-text = The { $minutes } minutes to type the PIN have passed. Nothing bad has happened and your app is still active: get another PIN.
over-pin-expired-title = The PIN has expired
over-pin-expired-text = A PIN is good for { $minutes } minutes once shown in the app, and those minutes have passed. Your app is still active: get another PIN.
over-sms-expired-title = The PIN has expired
over-sms-expired-text = The minutes that you had to type it have passed. Nothing bad has happened: get another PIN.
over-sms-burnt-title = Too many tries
over-sms-burnt-text = A wrong PIN was typed { $tries } times and this request is closed. Nothing is blocked: get another PIN.
over-answer-expired-title = The time to sign in is over
over-answer-expired-text = From approving the sign-in, or seeing the PIN in the app, there are a few minutes to finish here, and they are over. Your app is still active: start again.
over-used-title = This PIN has already been used
over-used-text = Each PIN works once. If you have just signed in with it, go back to the site. If not, get another PIN.
over-burnt-title = Too many tries
over-burnt-text = A wrong PIN was typed { $tries } times and this request is closed. Your app is still active and nothing is blocked: get another PIN.
over-rejected-title = The request was rejected
over-rejected-text = “It was not me” was pressed in the app, or other words were chosen. If that was a mistake, get another PIN. If you did not ask to sign in, there is nothing to do: nobody has signed in as you.
over-mismatch-title = Start again here
over-mismatch-text = This request was made in another browser, in another window or for another site. For your safety, a PIN only works on the page that asked for it.
over-disabled-title = The offline PIN is paused
over-disabled-text = There have been too many failed tries with the offline PIN. After an hour, open your app while online and try once more. Meanwhile you can get a PIN as usual.
over-missing-title = There is no request under way
over-missing-text = Start from the site that you want to sign in to. If you had already started, check that your browser accepts cookies.
over-code-title = This code no longer works
over-code-text = The code has expired, was used, or was typed wrongly too often. Nothing is blocked: type your password again and we will send you another.
over-new-pin = Get another PIN
over-start = Start again
over-back-to-site = Back to { $site }

## Error pages

error-unknown-site-title = We do not know which site sent you
error-unknown-site-text = The link that brought you here is not right, or that site does not use this service. Go back to the site and press “Sign in” again.
error-unknown-procedure-title = We do not know that procedure
error-unknown-procedure-text = The site that sent you has not registered that procedure. Go back to the site and press “Sign in” again.
error-method-refused-title = This procedure does not admit that way to sign in
error-method-refused-text = The site asks for a level of assurance that this way to sign in does not reach. Go back to the site, press “Sign in” again and choose another.
error-not-found-title = This page does not exist
error-not-found-text = Check the address. If you copied it, a part may be missing.
error-csrf-title = We could not check what you sent
error-csrf-text = For your safety, we only accept forms sent from this same page and browser. This usually happens when the browser does not accept cookies or when the page had been open for long. Please start again.
error-method-title = This page is not used like that
error-method-text = Go back and use the buttons of the page.
error-too-large-title = What you sent is too large
error-too-large-text = Go back and check what you typed.
error-internal-title = Something went wrong
error-internal-text = It was our fault. Nothing is lost. Try again in a moment.
error-unavailable-title = The service is not available
error-unavailable-text = We cannot serve you now. Try again in a few minutes. Nobody can sign in as you in the meantime.
error-back-home = Go to the home page

## Sites that ask who somebody is (OpenID Connect)

oidc-consent-title = Send this information to { $site }?
oidc-consent-who = You are signed in as { $name }.
oidc-consent-intro = The site asks for it. It will get exactly what you see here, and nothing else.
oidc-consent-data-heading = What it will get
oidc-consent-yes = Yes, send it and go on
oidc-consent-remembered = We will remember it: we will not ask again unless this site asks for more.
oidc-consent-other = That is not me: sign in with other details
oidc-no = Cancel and return to the site
oidc-claim-name = Name and surnames
oidc-claim-given-name = Given name
oidc-claim-family-name = Surnames
oidc-claim-document = DNI or NIE
oidc-claim-level = Security level
oidc-claim-how = How you signed in, and when
oidc-claim-code = Code to recognise you by
oidc-claim-code-text = One for this site only: it does not tell which other sites you use.
oidc-step-up-title = Level { $needed } is needed
oidc-step-up-text = You are signed in with level { $reached }. { $site } asks for level { $needed }, so you have to sign in another way.
oidc-step-up-wish-title = { $site } would prefer level { $needed }
oidc-step-up-wish-text = You are signed in with level { $reached }. { $site } would prefer level { $needed }, but does not require it: you can sign in another way or go on as you are.
oidc-step-up-method-title = Sign in another way
oidc-step-up-method-text = You were signed in already, but { $site } does not accept the way in which you did it. Choose one that it accepts.
oidc-step-up-how-substantial = To reach it with your app, your registration must have been made in person, by video call or with a certificate. A PIN shown in the app only reaches it if the system asks for your face, finger or code when you see it, and a computer does not.
oidc-step-up-how-bound = The PIN for this page reaches it with the app on any device, also on a computer.
oidc-step-up-how-certificate = A digital certificate reaches it whatever your registration.
oidc-step-up-how-high = To reach it, use a qualified certificate on a card, such as the electronic DNI.
oidc-step-up-bound = Use a PIN for this page
oidc-step-up-certificate = Use a digital certificate
oidc-step-up-other = Choose another way
oidc-step-up-go = Choose how to sign in
oidc-step-up-as-i-am = Go on with the level I have
oidc-client-title = We do not know which site sends you
oidc-client-text = The link that brought you here is wrong, or that site does not use this service. To be safe we take you nowhere. Go back to the site and press “Sign in” again.
oidc-redirect-title = The site has given an address that is not its own
oidc-redirect-text = The address to which you would be sent back is not registered for that site. To be safe we do not take you there. Go back to the site and press “Sign in” again; if it happens again, tell the site.
oidc-request-uri-title = This link is of no use any more
oidc-request-uri-text = The link with which the site sent you here is good once and for a minute. Go back to the site and press “Sign in” again.
oidc-nothing-title = No sign-in is under way
oidc-nothing-text = It has ended, took too long, or began in another browser. Go back to the site and press “Sign in” again. If you have only just begun, check that your browser accepts cookies.
oidc-logout-title = Do you want to sign out?
oidc-logout-text = { $site } asks to end your session. It will end at the other sites that you signed in to with this browser, too.
oidc-logout-text-nobody = Your session ends in this browser and at all sites that you signed in to with it.
oidc-logout-yes = Yes, sign out
oidc-logout-stay = No, stay signed in
oidc-logged-out-title = You are signed out
oidc-logged-out-text = We have ended your session and told the sites that you had signed in to. On a shared computer, close the browser as well.
oidc-logout-uri-title = We cannot follow that link
oidc-logout-uri-text = The link for signing out is not of a site that we know, or leads to an address that is not its own. We do not take you there, and your session is as it was.

## Home page outside the demonstration

home-title = Sign-in service
home-text = This is where you type your PIN when a public site asks you to sign in. To begin, go to the site you want to use and press “Sign in”.
home-security-heading = For your safety
home-security-ask = We will never ask for your PIN by telephone, e-mail or SMS.
home-security-check = Before you type a PIN, check in the app who is asking and the two words.
home-security-reject = If you asked for nothing, press “It was not me” in the app.

## Guide to the demonstration

demo-title = Try Aldaba in three steps
demo-intro = This server runs on your computer only, with invented people, and sends no SMS.
demo-step-activate-title = Activate the app
demo-step-activate-text = Open the Aldaba app and, if it asks, enter this server address. Use the details of one of the sample people. The code arrives on the messages page.
demo-server-label = Server address
demo-step-ask-title = Ask for a PIN on the sample site
demo-step-ask-text = On the sample site, press “Sign in” and enter the details of the same person.
demo-step-enter-title = Read it in the app and sign in
demo-step-enter-text = The request appears by itself on the home screen. Check the two words, press “See PIN” and type it on the site.
demo-link-citizens = Sample people
demo-link-messages = Messages sent
demo-link-sede = Open the sample site
demo-no-app-heading = No app at hand?
demo-no-app-text = The test device does the same from a terminal:

messages-title = Messages sent
messages-intro = The SMS that the server would have sent. In the demonstration none leaves your computer.
messages-empty = No messages yet. They appear here by themselves when you activate the app.
messages-empty-noscript = Reload the page to see new ones.
messages-reload = Reload
messages-to = To { $phone }
messages-list-label = Messages, latest first
messages-new = { $count ->
    [one] A message has arrived
   *[other] { $count } messages have arrived
  }

robots-title = People who answer by themselves
robots-intro = They are for testing a site without any phone: their device is in this server and always does the same.
robots-link = What they have answered
robots-approves = Approves every request. The PIN is shown in this demonstration.
robots-rejects = Rejects every request.
robots-silent = Does not answer: the request expires.
robots-mistypes = Approves every request, but types another PIN.
robots-own-pin = Offline PIN
robots-did-revealed = PIN seen
robots-did-approved = approved
robots-did-rejected = rejected
robots-did-ignored = not answered
robots-code-label = Code of the page
robots-code-hint = The one that the page shows with its QR code, or under “Does it not show up in your app?”.
robots-phrase-label = Phrase on the page
robots-phrase-hint = Only for what began with a QR code: the two words that the page shows. Without it, the PIN is shown.
robots-code-submit = Type it in the app
robots-code-unknown = The app does not know that code

citizens-title = Sample people
citizens-intro = Invented people with whom you can activate the app and sign in. Their documents have a valid shape but belong to nobody.
citizens-document = Document
citizens-contrast = Contrast datum
citizens-phone = Telephone
citizens-level = Level
citizens-copy-document = the document of { $name }
citizens-copy-contrast = the contrast datum of { $name }

## Your account

account-site-name = Aldaba: your account
account-title = Your account
account-signout = Sign out
account-name = Name
account-level = Level of this session
account-done-closed = The session is closed.
account-done-methods = Saved. In this browser they will be offered in that order.
account-sessions-heading = Open sessions
account-sessions-text = Each line is a browser in which you are signed in. If you do not recognise one, close it.
account-session-this = This session
account-session-browser = { $browser } on { $system }
account-session-unknown = unknown
account-session-since = since { $when }
account-session-used = last used { $when }
account-session-close = Close
account-sessions-close-all = Close all
account-methods-heading = Ways to sign in
account-methods-text = Put those that you use first. Untick one and nobody can sign in as you with it, not even knowing your details.
account-method-reaches = Reaches up to level “{ $level }”.
account-method-fixed = Cannot be switched off: without your app nobody can use it, and with it you get the others back.
account-method-position = Order
account-methods-save = Save
account-renounce-heading = Leaving
account-renounce-text = If you no longer want to sign in with Aldaba, you can leave.
account-renounce-link = Leave Aldaba
renounce-title = Leave Aldaba
renounce-intro = Once you leave, nobody can sign in as you with Aldaba, and neither can you.
renounce-devices = Your devices stop working at once.
renounce-rest = Your password, PINs that wait and all your sessions end, also at the sites where you are signed in now.
renounce-phone = We forget your phone after one last SMS that confirms it.
renounce-back = To come back you will have to register again at an office.
renounce-sure = I have read this and I want to leave
renounce-sure-missing = Tick the box if you want to leave.
renounce-submit = Leave Aldaba
renounce-keep = Back to your account without leaving
renounced-title = You have left Aldaba
renounced-text = Your devices, your password and your sessions have ended. If you change your mind, you can register again at an office.
