# Páginas que sirve Aldaba: identificación, sede de muestra y páginas de demostración.

## Comunes a todas las páginas

portal-name = Aldaba
portal-tagline = Identificación en sitios públicos
portal-skip = Ir al contenido
portal-language-nav = Idioma
portal-language-es = Español
portal-language-en = English
portal-demo-banner = Demostración: los datos, las personas y el ayuntamiento son inventados.
portal-demo-banner-link = Guía de la demostración
portal-footer = Aldaba es software libre, con licencia EUPL 1.2.
portal-footer-privacy = Estas páginas solo usan las cookies que hacen falta para identificarle. Desaparecen al cerrar el navegador, salvo las que recuerdan su idioma y las formas de entrar que prefiere y, si entra, la que recuerda que alguien entró desde aquí: no dice quién, y reserva una parte de los SMS para quien ya es conocido en este navegador.
portal-title-separator = { $page } · { $site }
portal-error-prefix = Error: { $title }
portal-copy = Copiar
portal-copied = Copiado

## Fechas

portal-zone-peninsula = hora peninsular
portal-zone-utc = UTC
portal-time = { $time } ({ $zone })
portal-date-and-time = { $day } de { $month } de { $year }, { $time } ({ $zone })
portal-day = { $day } de { $month } de { $year }
portal-month-1 = enero
portal-month-2 = febrero
portal-month-3 = marzo
portal-month-4 = abril
portal-month-5 = mayo
portal-month-6 = junio
portal-month-7 = julio
portal-month-8 = agosto
portal-month-9 = septiembre
portal-month-10 = octubre
portal-month-11 = noviembre
portal-month-12 = diciembre

## Niveles y métodos

level-low = Básico
level-low-explained = Nivel bajo del reglamento europeo eIDAS: su registro se hizo a distancia, o nada comprobó que fuera usted quien usaba el dispositivo.
level-substantial = Avanzado
level-substantial-explained = Nivel sustancial del reglamento europeo eIDAS: su identidad se comprobó en el registro.
level-high = Máximo
level-high-explained = Nivel alto del reglamento europeo eIDAS.
method-incoming = PIN, visto en su app
method-self-generated = PIN sin conexión
method-page-bound = PIN para una página
method-qr = Código QR, aprobado en su app
method-sms = PIN recibido por SMS
method-own-key-sms = Clave propia y PIN por SMS
method-password = Contraseña
method-certificate = Certificado electrónico

## Formulario de identificación

signin-title = Identifíquese
signin-asks-heading = Quién le pide identificarse
signin-asks-site = Sitio
signin-asks-domain = Dirección
signin-asks-level = Nivel que pide
signin-asks-wished = Nivel que preferiría
signin-asks-procedure = Trámite
signin-procedure-none = Entrar en el sitio
signin-intro = Escriba los datos de su documento. Después verá el PIN en la app Aldaba y lo escribirá aquí.
signin-document-label = DNI o NIE
signin-document-hint = Con su letra. Da igual escribirlo con espacios o guiones, en mayúsculas o minúsculas. Por ejemplo, 12345678Z.
signin-contrast-label = Fecha de validez del DNI o número de soporte del NIE
signin-contrast-hint = Por ejemplo, 17/05/2031 o C01234567. Si su DNI es permanente, la fecha de expedición.
signin-where-summary = Dónde encontrar este dato
signin-where-dni = DNI: la fecha de validez
signin-where-dni-alt = Dibujo del anverso de un DNI. La fecha de validez está abajo, a la derecha de la fotografía, bajo las palabras «validez» o «válido hasta».
signin-where-dni-mark = VALIDEZ
signin-where-permanent = DNI permanente: la fecha de expedición
signin-where-permanent-alt = Dibujo del anverso de un DNI permanente. La validez es 01 01 9999; se pide la fecha de expedición, que está a su izquierda.
signin-where-permanent-mark = EXPEDICIÓN
signin-where-permanent-note = Es permanente si la validez es 01/01/9999.
signin-where-nie = NIE: el número de soporte
signin-where-nie-alt = Dibujo del anverso de una tarjeta de extranjero. El número de soporte está arriba, a la derecha: una E o una C y ocho cifras.
signin-where-nie-mark = SOPORTE
signin-where-nie-note = Una E o una C y ocho cifras. Los ceros de la izquierda pueden faltar.
signin-personalise-summary = Personalizar con una clave propia
signin-personalise-intro = Opcional. Invente una clave para esta vez: se la pediremos otra vez junto con el PIN. Así, ver el PIN en su app no basta para entrar.
signin-own-key-label = Clave propia
signin-own-key-hint = Cuatro letras o cifras.
signin-own-key-again-label = Repita la clave propia
signin-submit = Obtener PIN
signin-submit-self = Usar el PIN sin conexión de mi app
signin-submit-self-hint = El PIN sin conexión está en la pantalla de inicio de su app, aunque no tenga conexión.
signin-no-app = ¿Aún no usa Aldaba? Primero active la app en su móvil u ordenador con su documento y el código que recibirá por SMS.
ways-heading = Otras formas de identificarse
ways-missing-summary = ¿Por qué no aparecen otras formas?
ways-missing-level = No alcanza el nivel «{ $level }» que pide este trámite. Si su registro lo permite, use una de las formas de arriba.
ways-missing-level-bound = No alcanza el nivel «{ $level }» que pide este trámite. El «PIN para esta página» sí puede, y tampoco necesita conexión.
ways-missing-site = { $site } no admite esta forma.
home-account = Ver mis sesiones y mis formas de identificarme
way-self-generated = PIN sin conexión
way-self-generated-text = Su app no necesita conexión: escriba en esta página las seis cifras que ella muestra.
way-incoming = PIN
way-incoming-text = Pida un PIN en esta página y léalo en la app de su móvil u ordenador.
way-qr = Código QR
way-qr-text = Sin escribir su documento: escanee un código QR con la app y apruebe allí.
way-page-bound = PIN para esta página
way-page-bound-text = Su app no necesita conexión: escriba en ella un código de la página y le dará ocho cifras.
way-password = Contraseña
way-password-text = Con su documento y la contraseña que eligió, sin app. Algunos trámites piden además un PIN.
way-sms = PIN por SMS
way-sms-text = Si no tiene la app a mano: un PIN de un solo uso en el teléfono que consta en su registro.
way-own-key-sms = Clave propia y PIN por SMS
way-own-key-sms-text = Invente una clave para esta vez y escríbala con el PIN que reciba por SMS.

signin-sms-title = Reciba un PIN por SMS
signin-sms-intro = Escriba los datos de su documento. Le enviaremos el PIN por SMS y lo escribirá aquí.
signin-sms-submit = Enviar el PIN por SMS
signin-sms-phone = El SMS va al teléfono que consta en su registro. Si tiene la app activada, sale al cabo de un minuto.
signin-sms-caution = El SMS protege menos que la app: se puede leer en un teléfono bloqueado o desviar a otro. Si puede, use la app.
signin-key-title = Clave propia y PIN por SMS
signin-key-intro = Escriba los datos de su documento e invente una clave para esta vez. Le enviaremos un PIN por SMS y escribirá aquí los dos.
signin-key-label = Clave que usted inventa
signin-key-hint = Cuatro letras o cifras. La pediremos otra vez con el PIN.
signin-key-submit = Enviar el PIN por SMS

signin-errors-heading = Revise estos datos
signin-error-document-empty = Escriba su DNI o NIE
signin-error-document-shape = El DNI son ocho cifras y una letra; el NIE, una letra (X, Y o Z), siete cifras y otra letra
signin-error-document-letter = La letra no corresponde a ese número de documento. Compruebe las cifras y la letra
signin-error-contrast-empty = Escriba la fecha de validez del DNI o el número de soporte del NIE
signin-error-contrast-date = Escriba la fecha con día, mes y año, como 17/05/2031
signin-error-contrast-permanent = 01/01/9999 indica que su DNI es permanente: escriba la fecha de expedición
signin-error-contrast-support = El número de soporte es una E o una C y hasta ocho cifras, como C01234567
signin-error-own-key-empty = Invente una clave de cuatro letras o cifras
signin-error-own-key-shape = La clave propia son cuatro letras o cifras
signin-error-own-key-different = Las dos claves no coinciden. Escríbalas otra vez
signin-error-own-key-again = Repita la clave propia
signin-error-rate-title = Espere un momento
signin-error-rate = Se han hecho demasiadas peticiones desde su conexión. Inténtelo de nuevo dentro de { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
  }.

## Código QR, sin escribir el documento

qr-title = Entre con un código QR
qr-intro = No hace falta escribir su documento. La página le mostrará un código QR y, junto a él, un código escrito; su app lee uno de los dos y usted aprueba la entrada allí.
qr-submit = Mostrar el código QR
qr-warning = Hágalo solo si ha llegado aquí desde el sitio en el que quiere entrar. No escanee códigos que le envíen o le enseñen otras personas.
qr-page-title = Escanee el código con su app
qr-step-open = Abra Aldaba en su móvil u ordenador y vaya a «¿No aparece? Escriba el código».
qr-step-scan = Escanee este código QR, que cambia cada segundo, o escriba el código de ocho caracteres.
qr-step-approve = Compruebe allí quién pide la entrada, elija estas dos palabras y pulse «Aprobar»:
qr-step-unlike = Si la app no muestra estas palabras o no ha pedido nada, pulse «No he sido yo».
qr-alt = Código QR que cambia cada segundo. El código escrito junto a él sirve para lo mismo.
qr-code-label = Código de esta página
qr-no-script = Su navegador no usa JavaScript y el código QR no puede cambiar: escriba en la app el código de ocho caracteres.
qr-status-claimed = Su app ha recibido la petición. Apruébela allí.
qr-status-approved = Aprobado. Un momento.
qr-approved = Ya lo he aprobado
qr-type-pin = Prefiero escribir un PIN
qr-error-not-approved = Todavía no lo ha aprobado en su app. Ábrala, elija las dos palabras y pulse «Aprobar»
app-link = Abrir en la app de este dispositivo

## PIN para esta página

bound-title = Identifíquese con un PIN para esta página
bound-intro = Escriba los datos de su documento. Después, su app le dará un PIN de ocho cifras que solo sirve aquí, aunque no tenga conexión.
bound-submit = Continuar

## Enlaces que abren la app

open-title = Abra Aldaba
open-text = Este enlace es para la app Aldaba. Si no se ha abierto sola, ábrala usted y escriba el código que muestra la página de la que viene.
open-safe = Abrir la app no aprueba ni muestra nada: allí verá quién lo pide, y decide usted.

## Página del PIN

pin-title = Escriba el PIN de esta petición
pin-self-title = Escriba el PIN sin conexión
pin-summary-heading = Su petición
pin-steps-heading = Qué tiene que hacer
pin-step-open = Abra Aldaba en su móvil u ordenador.
pin-step-check = Compruebe que la petición muestra estas dos palabras:
pin-step-reveal = Si coinciden, pulse «Ver PIN» y escríbalo aquí.
pin-step-unlike = Si no coinciden o no ha pedido nada, pulse «No he sido yo».
pin-self-step-open = Abra Aldaba en su móvil u ordenador. No hace falta conexión.
pin-self-step-read = En la pantalla de inicio, bajo «PIN sin conexión», verá seis cifras que cambian cada medio minuto.
pin-self-step-type = Escríbalas aquí antes de que cambien. Cada PIN sirve una sola vez.
pin-bound-title = Escriba el PIN para esta página
pin-bound-step-open = Abra Aldaba y vaya a «PIN para esta página». No hace falta conexión.
pin-bound-step-challenge = Escriba allí este código o escanee el código QR:
pin-bound-step-type = Escriba aquí las ocho cifras que le da. Solo sirven en esta página y una sola vez.
pin-bound-code-label = Código de esta página
pin-bound-qr-alt = Código QR con el mismo código de ocho caracteres que está escrito al lado, para la app del móvil.
pin-label = PIN
pin-hint = { $digits } cifras. Puede pegarlo.
pin-own-key-label = Su clave propia
pin-own-key-hint = La que ha inventado al pedir el PIN: cuatro letras o cifras.
pin-submit = Entrar
pin-time-heading = Tiempo para terminar
pin-time-until = Hasta las { $time }
pin-time-left = { $minutes ->
    [0] Queda menos de un minuto
    [one] Queda un minuto
   *[other] Quedan { $minutes } minutos
  }
pin-time-over = El tiempo ha terminado
pin-time-pin = Desde que ve el PIN en su app, vale { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
  }.
pin-missing-summary = ¿No aparece en su app?
pin-missing-intro = En la app, vaya a «¿No aparece? Escriba el código» y escriba este código, o escanee el código QR con la app del móvil. Traerá exactamente esta petición.
pin-missing-code-label = Código de esta petición
pin-missing-code-spoken = Código, carácter a carácter: { $spelled }
pin-missing-qr-alt = Código QR con el mismo código de ocho caracteres que está escrito al lado.
pin-missing-check = Compruebe también que la app está activada con el mismo documento que ha escrito aquí.
pin-again = Empezar de nuevo
pin-sms-title = Escriba el PIN que ha recibido por SMS
pin-key-title = Escriba el PIN del SMS y su clave propia
pin-sms-step-wait = Espere el SMS. Si los datos son correctos, llega al teléfono que consta en su registro.
pin-sms-step-check = Compruebe que el SMS nombra este sitio:
pin-sms-step-type = Escríbalo aquí. Sirve una sola vez y solo en esta página.
pin-sms-missing-summary = ¿No le llega el SMS?
pin-sms-missing-wait = Puede tardar unos minutos. Si tiene la app activada en algún dispositivo, el SMS que pide de entrada sale al cabo de un minuto.
pin-sms-missing-limit = Por seguridad, una persona recibe como mucho { $count } SMS al día, y parte de ellos solo se envían a navegadores en los que ya ha entrado; además, cada sitio paga un número de SMS al mes. Por eso no decimos aquí si el SMS ha salido.
pin-sms-missing-app = Mientras tanto puede entrar con la app. Si ha cambiado de teléfono, pida en la oficina que actualicen el que consta.
pin-sms-instead-heading = ¿No tiene la app a mano?
pin-sms-instead-text = Le enviamos el PIN por SMS al teléfono que consta en su registro. Esta petición dejará de verse en la app.
pin-sms-instead-submit = Enviar un SMS
pin-sms-later = Si no tiene la app a mano, dentro de un minuto podrá pedir un SMS.
pin-sms-reload = Recargar esta página
pin-errors-heading = No ha podido entrar

pin-sms-error-empty = Escriba el PIN que ha recibido por SMS
pin-error-empty = Escriba el PIN que ve en su app
pin-error-shape = El PIN son { $digits } cifras, sin letras
pin-error-own-key-empty = Escriba la clave propia que inventó al pedir el PIN
pin-error-own-key-shape = La clave propia son cuatro letras o cifras
pin-error-wrong = El PIN no es correcto. { $tries ->
    [one] Le queda un intento
   *[other] Le quedan { $tries } intentos
  }
pin-error-wrong-own-key = El PIN o la clave propia no son correctos. { $tries ->
    [one] Le queda un intento
   *[other] Le quedan { $tries } intentos
  }
pin-error-wrong-self = El PIN sin conexión no es correcto o ya ha cambiado. Escriba el que ve ahora en su app. { $tries ->
    [one] Le queda un intento
   *[other] Le quedan { $tries } intentos
  }
pin-error-wrong-bound = El PIN no es correcto. Compruebe que ha escrito en la app el código de esta página. { $tries ->
    [one] Le queda un intento
   *[other] Le quedan { $tries } intentos
  }
pin-error-not-revealed = Todavía no se ha visto ningún PIN para esta petición. Abra Aldaba, pulse «Ver PIN» y escríbalo aquí. Este intento no cuenta
pin-error-delayed = Ha habido varios intentos fallidos con el PIN sin conexión. Espere { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
  } o pida un PIN, que puede usar ya

## Contraseñas

pwd-signin-title = Entre con su contraseña
pwd-signin-intro = Escriba su documento y su contraseña. Si quiere más seguridad, pida además un PIN y léalo en su app.
pwd-signin-intro-step = Escriba su documento y su contraseña. Este trámite pide un segundo paso: después verá un PIN en su app y lo escribirá aquí.
pwd-signin-intro-wished = Escriba su documento y su contraseña. El sitio preferiría que pidiera además un PIN y lo leyera en su app, pero no lo exige: también puede entrar sin él.
pwd-label = Contraseña
pwd-signin-submit = Entrar
pwd-signin-continue = Continuar
pwd-signin-submit-app = Entrar con un PIN además
pwd-signin-submit-sms = Entrar con un SMS además
pwd-step-hint = El segundo paso llega a su app o a su móvil solo si la contraseña es correcta.
pwd-links-heading = Su contraseña
pwd-link-create = No tengo contraseña: crear una
pwd-link-recover = La he olvidado o ha caducado
pwd-link-change = Cambiarla por otra
pwd-link-cancel = Darla de baja
pwd-back-signin = Entrar con contraseña
pwd-other-ways = Otras formas de identificarse
pwd-second-step-intro = Su contraseña es correcta. Falta el segundo paso: el PIN que verá en su app.
pwd-step-title = Escriba el código del SMS
pwd-step-intro = Su contraseña es correcta. Hemos enviado un código a su móvil, que vale { $minutes } minutos.
pwd-code-label = Código del SMS
pwd-code-hint = Ocho letras y cifras, como 7Q2M-XK4T. Puede pegarlo.
pwd-create-title = Cree una contraseña
pwd-create-intro = Le enviaremos un código por SMS al móvil que consta en su registro. Con él podrá elegir su contraseña.
pwd-recover-title = Recupere su contraseña
pwd-recover-intro = Le enviaremos un código por SMS al móvil que consta en su registro. Con él podrá elegir una contraseña nueva; la anterior dejará de servir.
pwd-begin-submit = Enviar el código
pwd-set-title = Elija su contraseña
pwd-set-intro = Si los datos son correctos, recibirá un SMS con un código. Vale { $minutes } minutos. Escríbalo aquí con su contraseña nueva.
pwd-new-label = Contraseña nueva
pwd-new-hint = Al menos ocho caracteres. Lo más fácil de recordar y difícil de adivinar son varias palabras poco comunes; no hacen falta mayúsculas ni símbolos.
pwd-again-label = Repita la contraseña nueva
pwd-old-label = Contraseña actual
pwd-set-submit = Guardar la contraseña
pwd-another-code = Pedir otro código
pwd-change-title = Cambie su contraseña
pwd-change-intro = Al cambiarla terminan todas las sesiones que abrió con la anterior.
pwd-change-submit = Cambiar la contraseña
pwd-cancel-title = Dé de baja su contraseña
pwd-cancel-intro = Nadie podrá entrar con ella y sus sesiones terminarán. Las demás formas de identificarse siguen igual. Podrá crear otra cuando quiera.
pwd-cancel-intro-session = Está identificado en este navegador, así que no hace falta escribirla. Nadie podrá entrar con ella y sus sesiones terminarán. Las demás formas de identificarse siguen igual.
pwd-cancel-submit = Dar de baja la contraseña
pwd-done-set-title = Contraseña guardada
pwd-done-set-text = Ya puede entrar con ella. Vale dos años: le avisaremos un mes antes de que caduque.
pwd-done-changed-title = Contraseña cambiada
pwd-done-changed-text = La anterior ya no sirve y las sesiones que abrió con ella han terminado. La nueva vale dos años.
pwd-done-cancelled-title = Contraseña dada de baja
pwd-done-cancelled-text = Nadie puede entrar con ella. Las demás formas de identificarse siguen igual.
pwd-over-title = Este código ya no sirve
pwd-over-text = El código ha caducado, ya se ha usado o se ha escrito mal demasiadas veces. Pida otro.
pwd-expired-title = Su contraseña ha caducado
pwd-expired-text = Es correcta, pero han pasado dos años desde que la eligió. Elija otra con un código que recibirá por SMS.
pwd-expired-recover = Elegir otra
pwd-ending-title = Su contraseña caduca pronto
pwd-ending-text = Ha entrado correctamente. Su contraseña vale hasta el { $day }: cámbiela antes de ese día.
pwd-ending-go-on = Continuar

pwd-error-empty = Escriba su contraseña
pwd-error-long = La contraseña tiene como mucho { $longest } caracteres
pwd-error-wrong = El documento o la contraseña no son correctos. Compruebe las mayúsculas y el idioma del teclado
pwd-error-delayed = Ha habido varios intentos fallidos con este documento. Espere { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
  } o use otra forma de identificarse, que puede usar ya
pwd-error-disabled = Ha habido demasiados intentos fallidos con este documento y la contraseña está en pausa. Recupere la contraseña, use otra forma de identificarse o, pasada una hora, abra su app con conexión e inténtelo una vez más
pwd-error-busy = Ahora mismo hay demasiadas personas entrando. Este intento no cuenta: pruebe otra vez dentro de unos segundos
pwd-error-no-device = Su contraseña es correcta, pero no tiene ninguna app activada para el segundo paso. Active la app o use otra forma de identificarse
pwd-error-no-sms = Su contraseña es correcta, pero ahora no podemos enviarle más SMS. Entre con un PIN como segundo paso o use otra forma de identificarse
pwd-error-code-empty = Escriba el código que ha recibido por SMS
pwd-error-code-wrong = El código no es correcto. { $tries ->
    [one] Le queda un intento
   *[other] Le quedan { $tries } intentos
  }
pwd-error-failed = Datos o código no válidos. Compruebe el código del último SMS o pida otro
pwd-error-new-empty = Escriba la contraseña nueva
pwd-error-short = La contraseña tiene al menos { $shortest } caracteres
pwd-error-control = La contraseña tiene un carácter que no se puede escribir, como un salto de línea. Escríbala otra vez
pwd-error-different = Las dos contraseñas no coinciden. Escríbalas otra vez
pwd-error-same = La contraseña nueva es la misma que la actual. Elija otra
pwd-error-personal = La contraseña contiene su documento, su nombre o su teléfono, que es lo primero que se prueba. Elija otra
pwd-error-leaked = Esta contraseña aparece en listas de contraseñas robadas. Elija otra
pwd-error-unknown = Ahora no podemos comprobar si la contraseña es segura. Inténtelo de nuevo dentro de unos minutos
pwd-weak-guessable = Esta contraseña es fácil de adivinar.
pwd-weak-keyboard = Las teclas seguidas son fáciles de adivinar.
pwd-weak-repeats = Las repeticiones son fáciles de adivinar.
pwd-weak-common = Es una de las contraseñas más usadas.
pwd-weak-similar = Se parece a una de las contraseñas más usadas.
pwd-weak-sequence = Las series como abc o 6543 son fáciles de adivinar.
pwd-weak-date = Los años y las fechas son fáciles de adivinar.
pwd-weak-word = Una sola palabra es fácil de adivinar.
pwd-weak-name = Los nombres y apellidos son fáciles de adivinar.
pwd-help-words = Añada una o dos palabras poco comunes.
pwd-help-no-symbols = No hacen falta símbolos, cifras ni mayúsculas.
pwd-help-capitals = Las mayúsculas no ayudan mucho.
pwd-help-reversed = Las palabras al revés no ayudan mucho.
pwd-help-substitutions = Cambiar letras por signos, como «@» por «a», no ayuda mucho.
pwd-help-keyboard = Use más teclas y con más cambios de dirección.
pwd-help-repeats = No repita palabras ni caracteres.
pwd-help-sequences = Evite las series.
pwd-help-dates = Evite años y fechas, sobre todo los suyos.

## Cuando la petición ha terminado

over-expired-title = La petición ha caducado
over-expired-text = Han pasado los { $minutes } minutos para escribir el PIN. No ha ocurrido nada malo y su app sigue activa: pida otro PIN.
over-pin-expired-title = El PIN ha caducado
over-pin-expired-text = Un PIN vale { $minutes } minutos desde que se ve en la app, y esos minutos han pasado. Su app sigue activa: pida otro PIN.
over-sms-expired-title = El PIN ha caducado
over-sms-expired-text = Han pasado los minutos que tenía para escribirlo. No ha ocurrido nada malo: pida otro PIN.
over-sms-burnt-title = Demasiados intentos
over-sms-burnt-text = Se ha escrito un PIN incorrecto { $tries } veces y esta petición se ha cerrado. No hay ningún bloqueo: pida otro PIN.
over-answer-expired-title = Ha pasado el tiempo para entrar
over-answer-expired-text = Desde que se aprueba la entrada o se ve el PIN en la app hay unos minutos para terminar aquí, y han pasado. Su app sigue activa: empiece de nuevo.
over-used-title = Este PIN ya se ha usado
over-used-text = Cada PIN sirve una sola vez. Si acaba de entrar con él, vuelva al sitio. Si no, pida otro PIN.
over-burnt-title = Demasiados intentos
over-burnt-text = Se ha escrito un PIN incorrecto { $tries } veces y esta petición se ha cerrado. Su app sigue activa y no hay ningún bloqueo: pida otro PIN.
over-rejected-title = La petición se ha rechazado
over-rejected-text = En la app se ha pulsado «No he sido yo», o se han elegido otras palabras. Si fue un error, pida otro PIN. Si no pidió identificarse, no tiene que hacer nada: nadie ha entrado en su nombre.
over-mismatch-title = Empiece de nuevo aquí
over-mismatch-text = Esta petición se hizo en otro navegador, en otra ventana o para otro sitio. Por seguridad, un PIN solo sirve en la página que lo pidió.
over-disabled-title = El PIN sin conexión está en pausa
over-disabled-text = Ha habido demasiados intentos fallidos con el PIN sin conexión. Pasada una hora, abra su app con conexión e inténtelo una vez más. Mientras tanto, puede pedir un PIN como siempre.
over-missing-title = No hay ninguna petición en curso
over-missing-text = Empiece desde el sitio en el que quiere identificarse. Si ya había empezado, compruebe que su navegador acepta cookies.
over-code-title = Este código ya no sirve
over-code-text = El código ha caducado, ya se ha usado o se ha escrito mal demasiadas veces. No hay ningún bloqueo: escriba otra vez su contraseña y le enviaremos otro.
over-new-pin = Pedir otro PIN
over-start = Empezar de nuevo
over-back-to-site = Volver a { $site }

## Páginas de error

error-unknown-site-title = No sabemos qué sitio le envía
error-unknown-site-text = El enlace que le ha traído aquí no es correcto o ese sitio no usa este servicio. Vuelva al sitio y pulse otra vez «Identificarse».
error-unknown-procedure-title = No conocemos ese trámite
error-unknown-procedure-text = El sitio que le envía no tiene registrado ese trámite. Vuelva al sitio y pulse otra vez «Identificarse».
error-method-refused-title = Este trámite no admite esa forma de identificarse
error-method-refused-text = El sitio pide un nivel de seguridad que esa forma de identificarse no alcanza. Vuelva al sitio, pulse otra vez «Identificarse» y elija otra.
error-not-found-title = Esta página no existe
error-not-found-text = Compruebe la dirección. Si la ha copiado, puede que le falte una parte.
error-csrf-title = No hemos podido comprobar su envío
error-csrf-text = Por seguridad, solo aceptamos formularios enviados desde esta misma página y navegador. Suele ocurrir si el navegador no acepta cookies o si la página llevaba mucho tiempo abierta. Vuelva a empezar.
error-method-title = Esta página no se usa así
error-method-text = Vuelva atrás y use los botones de la página.
error-too-large-title = El envío es demasiado grande
error-too-large-text = Vuelva atrás y compruebe lo que ha escrito.
error-internal-title = Algo ha fallado
error-internal-text = Ha sido culpa nuestra. No se ha perdido nada. Inténtelo de nuevo dentro de un momento.
error-unavailable-title = El servicio no está disponible
error-unavailable-text = No podemos atenderle ahora. Inténtelo de nuevo dentro de unos minutos. Nadie puede entrar en su nombre mientras tanto.
error-back-home = Ir a la página de inicio

## Sitios que piden identificar a alguien (OpenID Connect)

oidc-consent-title = ¿Enviar estos datos a { $site }?
oidc-consent-who = Ha entrado como { $name }.
oidc-consent-intro = El sitio pide estos datos. Recibirá exactamente lo que ve aquí, y nada más.
oidc-consent-data-heading = Lo que recibirá
oidc-consent-yes = Sí, enviar y continuar
oidc-consent-remembered = Lo recordaremos: no volveremos a preguntarlo mientras este sitio no pida algo más.
oidc-consent-other = No soy yo: identificarse con otros datos
oidc-no = Cancelar y volver al sitio
oidc-claim-name = Nombre y apellidos
oidc-claim-given-name = Nombre
oidc-claim-family-name = Apellidos
oidc-claim-document = DNI o NIE
oidc-claim-level = Nivel de seguridad
oidc-claim-how = Cómo se ha identificado, y cuándo
oidc-claim-code = Código para reconocerle
oidc-claim-code-text = Uno solo para este sitio: no sirve para saber qué otros sitios usa.
oidc-step-up-title = Hace falta el nivel { $needed }
oidc-step-up-text = Ha entrado con nivel { $reached }. { $site } pide el nivel { $needed } para este trámite, así que tiene que identificarse de otra forma.
oidc-step-up-wish-title = { $site } preferiría el nivel { $needed }
oidc-step-up-wish-text = Ha entrado con nivel { $reached }. { $site } preferiría el nivel { $needed }, pero no lo exige: puede identificarse de otra forma o seguir como está.
oidc-step-up-method-title = Identifíquese de otra forma
oidc-step-up-method-text = Ya había entrado, pero { $site } no admite la forma en que lo hizo. Elija una de las que admite.
oidc-step-up-how-substantial = Para alcanzarlo con su app, su registro tiene que haberse hecho en persona, por videollamada o con certificado. Un PIN visto en la app solo lo alcanza si el sistema le pide cara, huella o clave al verlo, y un ordenador no lo hace.
oidc-step-up-how-bound = El PIN para esta página lo alcanza con la app en cualquier dispositivo, también en un ordenador.
oidc-step-up-how-certificate = Un certificado electrónico lo alcanza sea cual sea su registro.
oidc-step-up-how-high = Para alcanzarlo, use un certificado cualificado en tarjeta, como el DNI electrónico.
oidc-step-up-bound = Usar un PIN para esta página
oidc-step-up-certificate = Usar un certificado electrónico
oidc-step-up-other = Elegir otra forma
oidc-step-up-go = Elegir cómo identificarse
oidc-step-up-as-i-am = Seguir con el nivel que tengo
oidc-client-title = No sabemos qué sitio le envía
oidc-client-text = El enlace que le ha traído aquí no es correcto, o ese sitio no usa este servicio. Por seguridad no le llevamos a ninguna parte. Vuelva al sitio y pulse otra vez «Identificarse».
oidc-redirect-title = El sitio ha dado una dirección que no es suya
oidc-redirect-text = La dirección a la que habría que devolverle no está registrada para ese sitio. Por seguridad no le llevamos a ella. Vuelva al sitio y pulse otra vez «Identificarse»; si se repite, avise al sitio.
oidc-request-uri-title = Este enlace ya no sirve
oidc-request-uri-text = El enlace con el que el sitio le ha enviado aquí solo vale una vez y durante un minuto. Vuelva al sitio y pulse otra vez «Identificarse».
oidc-nothing-title = No hay ninguna identificación en curso
oidc-nothing-text = Ya terminó, pasó demasiado tiempo o empezó en otro navegador. Vuelva al sitio y pulse otra vez «Identificarse». Si acaba de empezar, compruebe que su navegador acepta cookies.
oidc-logout-title = ¿Quiere desconectarse?
oidc-logout-text = { $site } pide cerrar su sesión. Se cerrará también en los demás sitios en los que haya entrado con este navegador.
oidc-logout-text-nobody = Se cerrará su sesión en este navegador y en todos los sitios en los que haya entrado con él.
oidc-logout-yes = Sí, desconectar
oidc-logout-stay = No, seguir conectado
oidc-logged-out-title = Se ha desconectado
oidc-logged-out-text = Hemos cerrado su sesión y avisado a los sitios en los que había entrado. En un ordenador compartido, cierre también el navegador.
oidc-logout-uri-title = No podemos seguir ese enlace
oidc-logout-uri-text = El enlace para desconectarse no es de un sitio que conozcamos, o lleva a una dirección que no es suya. No le llevamos a ella, y su sesión sigue como estaba.

## Página de inicio fuera de la demostración

home-title = Servicio de identificación
home-text = Aquí escribe su PIN cuando un sitio público le pide identificarse. Para empezar, vaya al sitio en el que quiere hacer su trámite y pulse «Identificarse».
home-security-heading = Para su seguridad
home-security-ask = Nunca le pediremos el PIN por teléfono, correo ni SMS.
home-security-check = Antes de escribir un PIN, compruebe en la app quién lo pide y las dos palabras.
home-security-reject = Si no ha pedido nada, pulse «No he sido yo» en la app.

## Guía de la demostración

demo-title = Pruebe Aldaba en tres pasos
demo-intro = Este servidor funciona solo en su ordenador, con personas inventadas y sin enviar ningún SMS.
demo-step-activate-title = Active la app
demo-step-activate-text = Abra la app Aldaba y, si se la pide, escriba esta dirección de servidor. Use los datos de una de las personas de muestra. El código llega a la página de mensajes.
demo-server-label = Dirección del servidor
demo-step-ask-title = Pida un PIN en la sede
demo-step-ask-text = En la sede de muestra, pulse «Identificarse» y escriba los datos de la misma persona.
demo-step-enter-title = Léalo en la app y entre
demo-step-enter-text = La petición aparece sola en la pantalla de inicio. Compruebe las dos palabras, pulse «Ver PIN» y escríbalo en la sede.
demo-link-citizens = Personas de muestra
demo-link-messages = Mensajes enviados
demo-link-sede = Abrir la sede de muestra
demo-no-app-heading = ¿Sin la app a mano?
demo-no-app-text = El dispositivo de pruebas hace lo mismo desde una terminal:

messages-title = Mensajes enviados
messages-intro = Los SMS que el servidor habría enviado. En la demostración no sale ninguno de su ordenador.
messages-empty = Todavía no hay mensajes. Aparecerán aquí solos cuando active la app.
messages-empty-noscript = Recargue la página para ver los nuevos.
messages-reload = Recargar
messages-to = Para { $phone }
messages-list-label = Mensajes, el más reciente primero
messages-new = { $count ->
    [one] Ha llegado un mensaje
   *[other] Han llegado { $count } mensajes
  }

robots-title = Personas que responden solas
robots-intro = Sirven para probar un sitio sin ningún móvil: su dispositivo está en este servidor y siempre hace lo mismo.
robots-link = Lo que han respondido
robots-approves = Aprueba cada petición. Su PIN aparece en esta demostración.
robots-rejects = Rechaza cada petición.
robots-silent = No responde: la petición caduca.
robots-mistypes = Aprueba cada petición, pero el PIN que escribe es otro.
robots-own-pin = PIN sin conexión
robots-did-revealed = PIN visto
robots-did-approved = aprobada
robots-did-rejected = rechazada
robots-did-ignored = sin respuesta
robots-code-label = Código de la página
robots-code-hint = El que muestra la página con su código QR o en «¿No aparece en su app?».
robots-phrase-label = Frase de la página
robots-phrase-hint = Solo para lo que empezó con un código QR: las dos palabras que muestra la página. Sin ella, se ve el PIN.
robots-code-submit = Escribirlo en su app
robots-code-unknown = Su app no conoce ese código

citizens-title = Personas de muestra
citizens-intro = Personas inventadas con las que puede activar la app e identificarse. Los documentos son válidos de forma, pero no son de nadie.
citizens-document = Documento
citizens-contrast = Dato de contraste
citizens-phone = Teléfono
citizens-level = Nivel
citizens-copy-document = el documento de { $name }
citizens-copy-contrast = el dato de contraste de { $name }

## Su cuenta

account-site-name = Aldaba: su cuenta
account-title = Su cuenta
account-signout = Desconectar
account-name = Nombre
account-level = Nivel de esta sesión
account-done-closed = La sesión está cerrada.
account-done-methods = Guardado. En este navegador se le ofrecerán en ese orden.
account-sessions-heading = Sesiones abiertas
account-sessions-text = Cada línea es un navegador en el que usted está identificado. Si no reconoce alguno, cierre esa sesión.
account-session-this = Esta sesión
account-session-browser = { $browser } en { $system }
account-session-unknown = desconocido
account-session-since = desde el { $when }
account-session-used = último uso: el { $when }
account-session-close = Cerrar
account-sessions-close-all = Cerrar todas
account-methods-heading = Formas de identificarse
account-methods-text = Ponga primero las que usa. Quite la marca a una y nadie podrá identificarse en su nombre con ella, ni siquiera conociendo sus datos.
account-method-reaches = Llega hasta el nivel { $level }.
account-method-fixed = No se puede quitar: sin su app nadie puede usarla, y con ella recupera las demás.
account-method-position = Orden
account-methods-save = Guardar
account-renounce-heading = Renunciar
account-renounce-text = Si no quiere identificarse más con Aldaba, puede dejarlo.
account-renounce-link = Renunciar a Aldaba
renounce-title = Renunciar a Aldaba
renounce-intro = Al renunciar, nadie podrá identificarse en su nombre con Aldaba, tampoco usted.
renounce-devices = Sus dispositivos dejan de servir en el acto.
renounce-rest = Su contraseña, los PIN pendientes y todas sus sesiones terminan, también en los sitios en los que está ahora.
renounce-phone = Olvidamos su teléfono después de enviarle un último SMS que lo confirma.
renounce-back = Para volver tendrá que registrarse de nuevo en una oficina.
renounce-sure = Lo he leído y renuncio
renounce-sure-missing = Marque la casilla si quiere renunciar.
renounce-submit = Renunciar
renounce-keep = Volver a su cuenta sin renunciar
renounced-title = Ha renunciado a Aldaba
renounced-text = Sus dispositivos, su contraseña y sus sesiones han terminado. Si cambia de opinión, puede registrarse de nuevo en una oficina.
