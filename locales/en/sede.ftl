# The sample site: a public site that does not exist.

sede-name = Town Hall of Villasol de la Ribera
sede-subtitle = Sample online office
sede-hero-title = The town hall, from home
sede-hero-text = Residence, taxes and registry of the town hall, at any hour and without queues.
sede-signin = Sign in
sede-signout = Sign out
sede-services-heading = Procedures
sede-service-open = Sign in and start
sede-service-ready = Available
sede-service-padron = Certificate of residence
sede-service-padron-text = The document that says where you live, ready to download.
sede-service-tributos = Bills and taxes
sede-service-tributos-text = See your bills, pay them or ask to pay later.
sede-service-registro = Online registry
sede-service-registro-text = Hand in letters and documents and get your receipt.
sede-service-ayudas = Grants and aid
sede-service-ayudas-text = Apply for open grants and follow your case.
sede-welcome = Welcome, { $name }
sede-session-heading = You are signed in
sede-session-name = Name
sede-session-level = Level
sede-session-method = Method
sede-session-when = When
sede-session-procedure = Procedure
sede-session-end = The session ends when you close the browser, after { $minutes } minutes without use or when you press “Sign out”.
sede-signed-out = You have signed out. On a shared computer, close the browser as well.
sede-help-heading = Need help?
sede-help-text = This site does not exist: it shows how signing in with Aldaba works. No procedure goes anywhere.
sede-service-level = Level needed: { $level }
sede-service-step-up = Sign in more securely
sede-method-second-step = { $method }, with a second step
sede-level-none = No level
sede-footer-privacy = This site uses only the cookies that signing in takes. They disappear when you close the browser, except the one that remembers your language.
sede-back = Go to the front page
sede-again = Sign in again

## What the site knows

sede-claims-link = What this site knows about you
sede-claims-title = What this site knows about you
sede-claims-intro = This, and nothing else, is what the sign-in service has told this site. The names are those of OpenID Connect.
sede-claims-id-token = About your signing in
sede-claims-userinfo = About you

## Asking for a level and a method

sede-ask-title = Ask for a level and a method
sede-ask-intro = For trying out the sign-in service: choose what this site asks of you.
sede-ask-none = None
sede-ask-any = Any
sede-ask-level = Level
sede-ask-again = Sign in again even if already signed in in this browser

## When something fails

sede-error-unreachable-title = The sign-in service does not answer
sede-error-unreachable-text = It is not your fault, and nobody has signed in in your name. Try again in a few minutes.
sede-error-cancelled-title = You have not signed in
sede-error-cancelled-text = You left the sign-in unfinished or rejected it. Nothing has happened; you can start again whenever you want.
sede-error-level-title = A higher level of assurance is needed
sede-error-level-text = The way of signing in that you chose does not reach the level that this procedure needs. Try another.
sede-error-refused-title = The sign-in service did not accept the request
sede-error-refused-text = This site asked for something that the service does not allow. Try again; if it happens again, tell the town hall.
sede-error-state-title = Start again here
sede-error-state-text = This answer is of no sign-in that this browser has under way: it took too long, it was used already, or it began in another browser. If your browser accepts no cookies, allow them for this site.
sede-error-issuer-title = We do not know who sends you
sede-error-issuer-text = This site works with its own sign-in service only, and somebody else sent you here. Do not follow that link.
sede-error-code-title = The sign-in has expired
sede-error-code-text = Too much time has passed, or this answer was used already. Sign in again.
sede-error-token-title = We could not check the answer
sede-error-token-text = The sign-in service said something that we cannot check, so nobody has signed in. Try again; if it happens again, tell the town hall.
sede-error-ended-title = The session has ended
sede-error-ended-text = While you were signing in here, your session was closed at the sign-in service. Sign in again.
sede-error-wish-title = We do not know that procedure
sede-error-wish-text = The link names a procedure, a level or a method that does not exist. Go back to the front page.
sede-error-csrf-title = We could not check what you sent
sede-error-csrf-text = The form is not of this session. Go back to the front page and press it there.
sede-error-not-found-title = This page does not exist
sede-error-not-found-text = Check the address. If you copied it, a part may be missing.
sede-error-method-title = This page is not used like this
sede-error-method-text = Go back and use the buttons of the page.
