# Texts of the app's screens. Keys start with "app-": the server loads this folder too.

## Everywhere
app-name = Aldaba
app-skip = Saltar al contenido
app-title = { $screen } · Aldaba
app-loading = Abriendo Aldaba
app-back = Volver
app-change = Cambiar
app-retry = Volver a intentarlo
app-cancel = Cancelar
app-nav = Secciones
app-nav-device = Dispositivo
app-nav-settings = Ajustes
app-language-es = Español
app-language-en = English
app-error-prefix = Error:

## Time
app-time-left-min-sec = Quedan { $minutes } min { $seconds } s
app-time-left-sec = Quedan { $seconds } s
app-time-over = Sin tiempo
app-announce-minutes = { $minutes ->
    [one] Queda 1 minuto.
    [many] Quedan { $minutes } de minutos.
   *[other] Quedan { $minutes } minutos.
}
app-announce-seconds = Quedan { $seconds } segundos.
app-announce-over = El tiempo ha terminado.
app-ago-now = Ahora mismo
app-ago-minutes = { $minutes ->
    [one] Hace 1 minuto
    [many] Hace { $minutes } de minutos
   *[other] Hace { $minutes } minutos
}
app-date-time = { $date } a las { $time }
app-duration-seconds = { $seconds ->
    [one] 1 segundo
    [many] { $seconds } de segundos
   *[other] { $seconds } segundos
}
app-duration-minutes = { $minutes ->
    [one] 1 minuto
    [many] { $minutes } de minutos
   *[other] { $minutes } minutos
}
app-duration-hours = { $hours ->
    [one] 1 hora
    [many] { $hours } de horas
   *[other] { $hours } horas
}
app-duration-days = { $days ->
    [one] 1 día
    [many] { $days } de días
   *[other] { $days } días
}

## Welcome
app-welcome-title = La llave de sus trámites, en este dispositivo
app-welcome-lead = Aldaba le da un PIN de un solo uso para identificarse en las páginas de las administraciones públicas.
app-welcome-step-1-title = Active este dispositivo
app-welcome-step-1 = Con su DNI o NIE y un código que le llega por SMS. Solo una vez.
app-welcome-step-2-title = Pida el PIN en la página
app-welcome-step-2 = La petición aparece aquí sola. Compruebe que es la suya.
app-welcome-step-3-title = Escriba el PIN y entre
app-welcome-step-3 = Cada PIN vale una vez y caduca en pocos minutos.
app-welcome-activate = Activar este dispositivo
app-welcome-need = Tenga a mano su documento y el teléfono que dio al registrarse.

## Activate: document
app-document-title = Active este dispositivo
app-document-step = Paso 1 de 2
app-document-label = DNI o NIE
app-document-hint = Por ejemplo, 12345678Z o X1234567L
app-document-ok-dni = DNI correcto
app-document-ok-nie = NIE correcto
app-document-ok-nif = NIF correcto
app-contrast-validity-label = Fecha de validez de su DNI
app-contrast-validity-hint = Hasta cuándo es válido. Por ejemplo, 17 05 2031
app-contrast-issue-label = Fecha de expedición de su DNI
app-contrast-issue-hint = Cuándo se lo dieron. Por ejemplo, 17 05 2021
app-contrast-support-label = Número de soporte de su NIE
app-contrast-support-hint = Una letra y ocho cifras. Por ejemplo, E12345678. Si tiene menos cifras, las completamos con ceros.
app-contrast-support-padded = Usaremos { $number }
app-contrast-permanent-ask = Mi DNI es permanente
app-contrast-permanent-note = Si su DNI dice 01 01 9999, es permanente: use la fecha de expedición.
app-contrast-permanent-undo = Mi DNI tiene fecha de validez
app-card-caption-validity = Está en la cara de la foto, junto a «Validez».
app-card-caption-issue = Está en la cara de la foto, junto a «Emisión» o «Expedición».
app-card-caption-support = Está en la cara de la foto, junto a «Número de soporte». En el certificado verde, arriba a la derecha.
app-card-alt-validity = Dibujo de un DNI con la fecha de validez señalada, abajo a la derecha.
app-card-alt-issue = Dibujo de un DNI con la fecha de expedición señalada, abajo a la izquierda.
app-card-alt-support = Dibujo de una tarjeta de extranjero con el número de soporte señalado, arriba a la derecha.
app-card-dni = DOCUMENTO DE IDENTIDAD
app-card-nie = PERMISO DE RESIDENCIA
app-card-field-name = NOMBRE
app-card-field-issue = EMISIÓN
app-card-field-validity = VALIDEZ
app-card-field-support = Nº SOPORTE
app-device-name-label = Nombre de este dispositivo
app-device-name-hint = Para reconocerlo entre los suyos.
app-device-name-change = Cambiar el nombre
app-server-label = Servidor
app-server-none = Sin elegir
app-server-change = Cambiar el servidor
app-server-field-label = Dirección del servidor
app-server-field-hint = La que le haya dado su administración. Empieza por https://
app-server-save = Usar este servidor
app-server-saved = Servidor cambiado
app-continue = Continuar
app-continue-busy = Enviando

## Activate: code
app-code-title = Introduzca el código
app-code-step = Paso 2 de 2
app-code-lead = Le hemos enviado un SMS al teléfono que consta en su registro.
app-code-label = Código del SMS
app-code-hint = Ocho letras y cifras, como K7QF-2M9X
app-code-timer = Tiempo para escribir el código
app-code-confirm = Activar
app-code-confirm-busy = Activando
app-code-resend = Enviar otro código
app-code-resent = Si sus datos coinciden, otro SMS está en camino. El código anterior también vale.
app-code-cancel = Empezar de nuevo
app-code-missing-title = No me llega
app-code-missing-1 = Espere un minuto. Algunos SMS tardan.
app-code-missing-2 = Compruebe que el teléfono tiene cobertura y no bloquea mensajes.
app-code-missing-3 = Pulse «Enviar otro código». Puede usar cualquiera de los que reciba. Por seguridad se envían pocos SMS: si ya ha pedido varios, espere una hora; si sigue sin llegar, pruebe mañana.
app-code-missing-4 = Si sigue sin llegar, puede que su documento o el otro dato no coincidan con su registro. Por seguridad no podemos decirle cuál: empiece de nuevo y revíselos.
app-code-phone-title = He cambiado de teléfono
app-code-phone-1 = El código solo se envía al número que dio al registrarse. No se puede cambiar desde aquí: así nadie puede desviarlo.
app-code-phone-2 = Si conserva el número anterior, ponga la tarjeta SIM en cualquier móvil y lea allí el SMS.
app-code-phone-3 = Si ya no lo tiene, cambie el número en una oficina de registro, con su documento, o con un certificado electrónico.
app-code-expired-title = El código ha caducado
app-code-expired = { $minutes ->
    [one] Ha pasado el minuto. Empiece de nuevo y le enviaremos otro.
    [many] Han pasado los { $minutes } de minutos. Empiece de nuevo y le enviaremos otro.
   *[other] Han pasado los { $minutes } minutos. Empiece de nuevo y le enviaremos otro.
}
app-code-tries-title = Demasiados intentos
app-code-tries = Este código ya no vale, por seguridad. Su registro no cambia. Empiece de nuevo y le enviaremos otro.
app-code-wrong-title = Datos o código no válidos
app-code-wrong = Compare el código con el del SMS, letra por letra. La O y el 0 valen lo mismo.
app-code-wrong-left = { $tries ->
    [one] Le queda 1 intento.
    [many] Le quedan { $tries } de intentos.
   *[other] Le quedan { $tries } intentos.
}
app-code-empty = Escriba el código del SMS
app-code-shape = El código tiene ocho letras y cifras. Ha escrito { $count }.
app-code-activated = Dispositivo activado.

## Home
app-home-title = Sus peticiones
app-home-empty-title = No hay nada pendiente
app-home-empty = Pida un PIN en la página donde quiere entrar. La petición aparecerá aquí en un momento. Si no aparece, escriba abajo el código de la página.
app-home-new = { $count ->
    [one] Hay una petición de { $name }.
    [many] Hay { $count } de peticiones.
   *[other] Hay { $count } peticiones. La última es de { $name }.
}
app-home-gone = La petición de { $name } ha terminado.
app-home-unknown-title = No se sabe si hay peticiones
app-home-unknown = Si ha pedido un PIN, la petición aparecerá aquí en cuanto el servidor responda.
app-offline-title = Sin conexión
app-offline = No se pueden recibir peticiones. El PIN sin conexión sigue funcionando.
app-request-for = Para
app-request-from = Desde
app-request-when = Cuándo
app-request-browser-system = { $browser } en { $system }
app-request-place = cerca de { $place }
app-request-phrase = La página debe mostrar estas mismas palabras
app-request-phrase-warning = Si no coinciden, no siga: puede que la petición no sea suya.
app-request-reveal = Ver PIN
app-request-reveal-busy = Pidiendo el PIN
app-request-reveal-of = Ver PIN de { $name }, «{ $phrase }»
app-request-reject = No he sido yo
app-request-reject-of = No he sido yo: { $name }, «{ $phrase }»
app-request-elsewhere = Otro de sus dispositivos muestra este PIN.
app-request-expired = Esta petición ha caducado. Vuelva a la página y pida otro PIN.
app-pin-title = PIN para { $name }
app-pin-phrase = Palabras
app-pin-type = Escríbalo en la página donde lo ha pedido.
app-pin-spoken = PIN: { $digits }
app-pin-ready = El PIN es { $digits }.
app-pin-timer = Tiempo de este PIN
app-pin-expired = Este PIN ha caducado. Vuelva a la página y pida otro.
app-copy = Copiar
app-copy-of = Copiar el PIN para { $name }, «{ $phrase }»
app-copy-bound = Copiar el PIN para esta página
app-copy-self = Copiar el PIN sin conexión
app-copied = Copiado. Se borrará en 30 segundos.
app-reject-title = ¿No ha pedido usted este PIN?
app-reject-text = Rechace la petición y nadie entrará con ella. No dé este PIN a nadie, aunque le llamen diciendo que son de la administración.
app-reject-not-me = Rechazar: no he sido yo
app-reject-changed = La pedí yo, pero ya no la quiero
app-reject-done = Petición rechazada. Nadie ha entrado.
app-reject-muted = Petición rechazada. Hasta { $until } no le molestarán más peticiones hechas con su número de documento. Si pide usted un PIN, use el código de la página.
app-dismiss = Entendido
app-approve-ask = ¿Qué palabras muestra la página?
app-approve-warning = Mírelas en la pantalla donde quiere entrar. Si no están, o alguien le ha pedido que apruebe, pulse «No he sido yo».
app-approve-missing = Elija las palabras que muestra la página
app-approve = Aprobar
app-approve-busy = Aprobando
app-approve-of = Aprobar la entrada en { $name }
app-approve-reject-of = No he sido yo: { $name }
app-approve-done = Aprobado. Vuelva a la página.
app-approve-pin-instead = Ver un PIN
app-approve-pin-instead-of = Ver un PIN de { $name }
app-approved-title = Aprobado
app-approved-text = La página entra sola en un momento. Si no, pulse en ella «Ya lo he aprobado».
app-approved-elsewhere = Otro de sus dispositivos ha aprobado esta petición.
app-bound-title = PIN para esta página
app-bound-text = Si la página muestra un código y pide ocho cifras, escriba aquí el código. No hace falta conexión.
app-bound-submit = Obtener PIN
app-bound-type = Escríbalo en esa página. Solo sirve allí y una vez.
app-scan-text = O lea el código QR de la página desde una imagen: un archivo, o una captura que haya copiado.
app-scan-camera-text = O lea el código QR de la página.
app-scan-picture = Elegir una imagen
app-scan-clipboard = Pegar una imagen
app-scan-camera = Usar la cámara
app-lookup-title = ¿No aparece? Escriba el código
app-lookup-text = Si la petición no aparece, o la página muestra un código para entrar sin documento, escríbalo aquí.
app-lookup-label = Código de la página
app-lookup-submit = Buscar
app-lookup-busy = Buscando
app-lookup-found = Petición encontrada: { $name }.
app-lookup-empty = Escriba el código que muestra la página
app-lookup-shape = El código tiene ocho letras y cifras. Ha escrito { $count }.
app-self-title = PIN sin conexión
app-self-text = Para cuando la página le pida el PIN sin conexión.
app-self-away = No se muestra porque hace un rato que nadie usa esta ventana.
app-self-show = Mostrar PIN
app-self-timer = Tiempo hasta el siguiente PIN
app-self-next = Cambia en { $seconds } s

## Device
app-device-title = Este dispositivo
app-device-name = Nombre
app-device-level = Nivel
app-device-activated = Activado
app-device-server = Servidor
app-device-platform = Sistema
app-device-others = Otros dispositivos suyos
app-device-others-count = { $count ->
    [0] Ninguno
    [one] 1
   *[other] { $count }
}
app-device-others-unknown = No se sabe sin conexión
app-device-unlock = Desbloqueo del sistema
app-unlock-yes = Sí
app-unlock-yes-text = Al ver un PIN o aprobar, el sistema le pide su cara, su huella o su clave: así sirve también para trámites de nivel avanzado.
app-unlock-no = No disponible
app-unlock-no-text = Aquí no se puede pedir al ver un PIN o aprobar, así que eso sirve para el nivel básico. Para trámites de nivel avanzado, use «PIN para esta página».
app-level-low = Básico
app-level-low-text = Sirve para la mayoría de trámites. Para los que piden más, refuerce su registro en una oficina.
app-level-substantial = Avanzado
app-level-substantial-text = Sirve para casi todos los trámites.
app-level-high = Máximo
app-level-high-text = Sirve para todos los trámites.
app-deactivate-heading = Desactivar
app-deactivate-text = Hágalo antes de vender, dar o reparar el dispositivo. Podrá activarlo otra vez cuando quiera.
app-deactivate = Desactivar este dispositivo
app-deactivate-confirm-title = ¿Desactivar este dispositivo?
app-deactivate-confirm-text = Dejará de recibir peticiones aquí y se borrarán sus claves. Su registro y sus otros dispositivos no cambian.
app-deactivate-confirm = Sí, desactivar
app-deactivate-busy = Desactivando
app-deactivate-here-text = Si el servidor ya no existe o no acepta este dispositivo, puede borrar las claves solo aquí. El servidor seguirá teniéndolo por suyo hasta que lo desactive donde le registraron.
app-deactivate-here = Borrar solo aquí
app-deactivate-here-done = Claves borradas de este dispositivo. El servidor no lo sabe.
app-deactivate-done = Dispositivo desactivado. Sus claves se han borrado.

## Settings
app-settings-title = Ajustes
app-settings-language = Idioma
app-settings-about = Acerca de Aldaba
app-settings-version = Versión
app-settings-server = Servidor
app-settings-server-active = Para usar otro servidor, desactive antes este dispositivo.
app-settings-licence = Software libre, con licencia EUPL 1.2. Letra: Atkinson Hyperlegible Next, de Braille Institute.

## When the keychain or the device has a problem
app-problem-what = Qué ha pasado
app-problem-todo = Qué puede hacer
app-store-safe = No se ha guardado nada en ningún otro sitio. Sus claves nunca se escriben en un archivo.
app-store-absent-title = Falta el llavero del sistema
app-store-absent-what = Aldaba guarda sus claves en el llavero del sistema, y este equipo no tiene ninguno en marcha.
app-store-absent-todo-1 = En Linux, instale y abra GNOME Keyring o KDE Wallet.
app-store-absent-todo-2 = Cierre la sesión, vuelva a entrar y abra Aldaba.
app-store-locked-title = El llavero está cerrado
app-store-locked-what = Aldaba necesita leer sus claves, pero el llavero del sistema está bloqueado.
app-store-locked-todo-1 = Desbloquéelo con su contraseña cuando el sistema se la pida.
app-store-locked-todo-2 = Si no se la pide, abra la aplicación de contraseñas y claves de su sistema y desbloquéelo allí.
app-store-corrupted-title = Las claves guardadas están dañadas
app-store-corrupted-what = El llavero contiene datos de Aldaba que no se pueden leer. Con ellos no se puede dar ningún PIN.
app-store-corrupted-todo-1 = Si tiene una copia de seguridad del llavero, restáurela y vuelva a intentarlo.
app-store-corrupted-todo-2 = Si no, borre lo que queda y active este dispositivo otra vez.
app-store-missing-title = Faltan las claves de este dispositivo
app-store-missing-what = Este dispositivo estaba activado, pero sus claves ya no están en el llavero. Alguien o algún programa las ha borrado.
app-store-missing-todo-1 = Si usa otro llavero o perfil, ábralo y vuelva a intentarlo.
app-store-missing-todo-2 = Si no, active este dispositivo otra vez. Tardará dos minutos.
app-frozen-title = Dispositivo parado por seguridad
app-frozen-what = El servidor ha visto que las claves de este dispositivo se han usado dos veces, como si existiera una copia. Por eso ya no las acepta.
app-frozen-todo-1 = Si ha restaurado una copia de seguridad del equipo, es normal: active este dispositivo otra vez.
app-frozen-todo-2 = Si no ha hecho nada así, actívelo otra vez y cambie la contraseña del equipo: otra persona puede haber copiado sus datos.
app-frozen-safe = Su registro está a salvo y nadie puede entrar con estas claves.
app-revoked-title = Este dispositivo ya no está activo
app-revoked-what = Lo ha desactivado la administración, o usted ha renunciado a Aldaba.
app-revoked-todo-1 = Si quiere seguir usándolo, actívelo otra vez.
app-revoked-todo-2 = Si no lo ha desactivado usted, consulte a su administración.
app-revoked-safe = Sus claves ya no abren nada.
app-forget-again = Activar de nuevo
app-forget-clean = Borrar y activar de nuevo
app-start-failed-title = Aldaba no ha podido arrancar
app-start-failed-what = Algo ha fallado al abrir la aplicación.
app-start-failed-todo = Vuelva a intentarlo. Si sigue igual, cierre Aldaba y ábrala otra vez.

## Errors, one or more for each code
app-error-document-empty = Escriba su DNI o NIE
app-error-document-shape = Un DNI tiene 8 cifras y una letra. Un NIE empieza por X, Y o Z. Revise lo que ha escrito.
app-error-document-letter = La letra no corresponde al número. Revise las dos cosas.
app-error-contrast-date-empty = Escriba la fecha
app-error-contrast-support-empty = Escriba el número de soporte
app-error-contrast-date = Escriba día, mes y año. Por ejemplo, 17 05 2031
app-error-contrast-permanent = Su DNI es permanente. Escriba la fecha de expedición en lugar de la de validez.
app-error-contrast-support = El número de soporte es una E o una C y ocho cifras. Por ejemplo, E12345678
app-error-device-name-empty = Escriba un nombre para este dispositivo
app-error-server-empty = Escriba la dirección del servidor
app-error-server-malformed = Esa dirección no vale. Debe ser como https://pin.ejemplo.es
app-error-server-insecure = Por seguridad, la dirección debe empezar por https://
app-error-server-extra = Escriba solo la dirección del servidor, sin nada detrás. Por ejemplo, https://pin.ejemplo.es
app-error-check-title = Revise lo que ha escrito
app-error-activation-failed-title = Datos o código no válidos
app-error-activation-failed = Revise sus datos y vuelva a intentarlo.
app-error-network-title = No hay conexión con el servidor
app-error-network = Compruebe su conexión a internet y vuelva a intentarlo.
app-error-network-code = No se ha perdido nada: el código sigue valiendo. Compruebe su conexión y vuelva a intentarlo.
app-error-certificate-time-title = Compruebe la fecha y la hora
app-error-certificate-time = El certificado del servidor no vale en la fecha que tiene este dispositivo. Ponga la hora automática en los ajustes del sistema y vuelva a intentarlo. Si la fecha es la de hoy, el fallo es del servidor: inténtelo más tarde.
app-error-clock-skew-title = El reloj de este dispositivo no va bien
app-error-clock-skew-ahead = Va adelantado { $offset }. Ponga la hora automática en los ajustes de fecha y hora del sistema y vuelva a intentarlo.
app-error-clock-skew-behind = Va atrasado { $offset }. Ponga la hora automática en los ajustes de fecha y hora del sistema y vuelva a intentarlo.
app-error-clock-skew = Ponga la hora automática en los ajustes de fecha y hora del sistema y vuelva a intentarlo.
app-error-rate-limited-title = Demasiadas peticiones seguidas
app-error-rate-limited = Espere un rato y vuelva a intentarlo.
app-error-rate-limited-wait = Espere { $wait } y vuelva a intentarlo.
app-error-unavailable-title = El servicio no está disponible
app-error-unavailable = Es un problema del servidor, no suyo. Vuelva a intentarlo dentro de unos minutos.
app-error-internal-title = Algo ha fallado
app-error-internal = No ha sido culpa suya. Vuelva a intentarlo.
app-error-server-unsupported-title = Ese servidor no es de Aldaba
app-error-server-unsupported = Responde, pero no habla el mismo idioma que esta aplicación. Revise la dirección.
app-error-signature-title = El servidor no ha aceptado la firma
app-error-signature = Vuelva a intentarlo. Si sigue igual, borre este dispositivo en «Este dispositivo» y actívelo otra vez.
app-error-device-unknown-title = El servidor no conoce este dispositivo
app-error-device-unknown = Actívelo otra vez para seguir usándolo.
app-error-request-unknown-title = No encontramos esa petición
app-error-request-unknown = Revise el código, o pida otro PIN en la página: puede que haya caducado.
app-error-request-taken-title = Otro dispositivo tiene este PIN
app-error-request-taken = Mírelo en el dispositivo donde pulsó «Ver PIN».
app-error-request-rejected-title = Esta petición está rechazada
app-error-request-rejected = Si quiere entrar, pida otro PIN en la página.
app-error-request-burnt-title = Esta petición ya no vale
app-error-request-burnt = Hubo demasiados intentos con un PIN equivocado. Pida otro en la página. Su dispositivo sigue activo.
app-error-request-expired-title = La petición ha caducado
app-error-request-expired = Vuelva a la página y pida otro PIN.
app-error-request-spent-title = Este PIN ya se ha usado
app-error-request-spent = Si no ha entrado usted, avise a su administración. Si acaba de decir «No he sido yo», la sesión que se abrió con él ya está cerrada.
app-error-phrase-wrong-title = Esas no eran las palabras
app-error-phrase-wrong = La página muestra otras, y por seguridad la petición se ha cerrado. Nadie ha entrado. Si quiere entrar, empiece de nuevo en la página.
app-error-qr-stale-title = Ese código QR ya no vale
app-error-qr-stale = Cambia cada segundo y solo vale tres segundos. Escriba el código que hay junto a él en la página.
app-error-qr-unreadable-title = No hay un código de Aldaba en esa imagen
app-error-qr-unreadable = Elija otra imagen, PNG o JPEG, o escriba el código que muestra la página.
app-error-unlock-refused-title = No se ha desbloqueado
app-error-unlock-refused = No se ha mostrado ni aprobado nada. Vuelva a intentarlo.
app-error-clipboard-title = No se ha podido copiar
app-error-clipboard = Escriba el PIN a mano en la página.
app-error-unknown-title = Algo ha fallado
app-error-unknown = Vuelva a intentarlo. Si se repite, dé este código a quien le ayude: { $code }

## Notificación del sistema (la muestra el programa, no las pantallas)
app-unlock-reveal = Para ver el PIN
app-unlock-approve = Para aprobar la entrada
app-notification-title = { $site } pide su PIN
app-notification-body = Abra Aldaba para ver quién lo pide y para qué.
app-notification-open = Abrir
app-notification-other-device-title = Se ha activado otro dispositivo a su nombre
app-notification-other-device-body = Si no ha sido usted, avise hoy mismo a su administración.
app-other-device-when = { $when }. Si no ha sido usted, avise hoy mismo a su administración.
app-other-device-read = Entendido
