# La sede de muestra: un sitio público que no existe.

sede-name = Ayuntamiento de Villasol de la Ribera
sede-subtitle = Sede electrónica de muestra
sede-hero-title = Sus trámites, desde casa
sede-hero-text = Empadronamiento, tributos y registro del ayuntamiento, a cualquier hora y sin colas.
sede-signin = Identificarse
sede-signout = Desconectar
sede-services-heading = Trámites
sede-service-open = Identificarse y empezar
sede-service-ready = Disponible
sede-service-padron = Volante de empadronamiento
sede-service-padron-text = El documento que dice dónde vive usted, listo para descargar.
sede-service-tributos = Recibos y tributos
sede-service-tributos-text = Consulte sus recibos, páguelos o pida un aplazamiento.
sede-service-registro = Registro electrónico
sede-service-registro-text = Presente escritos y documentos y reciba su justificante.
sede-service-ayudas = Ayudas y becas
sede-service-ayudas-text = Solicite las ayudas abiertas y siga su expediente.
sede-welcome = Le damos la bienvenida, { $name }
sede-session-heading = Ha entrado en la sede
sede-session-name = Nombre
sede-session-level = Nivel
sede-session-method = Método
sede-session-when = Cuándo
sede-session-procedure = Trámite
sede-session-end = La sesión termina al cerrar el navegador, tras { $minutes } minutos sin usarla o al pulsar «Desconectar».
sede-signed-out = Se ha desconectado. En un ordenador compartido, cierre también el navegador.
sede-help-heading = ¿Necesita ayuda?
sede-help-text = Esta sede no existe: sirve para mostrar cómo se entra con Aldaba. Ningún trámite llega a ninguna parte.
sede-service-level = Nivel necesario: { $level }
sede-service-step-up = Identificarse con más seguridad
sede-method-second-step = { $method }, con un segundo paso
sede-level-none = Sin nivel
sede-footer-privacy = Este sitio solo usa las cookies que hacen falta para identificarle. Desaparecen al cerrar el navegador, salvo la que recuerda su idioma.
sede-back = Ir al inicio de la sede
sede-again = Identificarse otra vez

## Lo que la sede sabe

sede-claims-link = Qué sabe la sede de usted
sede-claims-title = Qué sabe la sede de usted
sede-claims-intro = Esto, y nada más, es lo que el servicio de identificación ha dicho a la sede. Los nombres son los de OpenID Connect.
sede-claims-id-token = De su identificación
sede-claims-userinfo = De usted

## Pedir un nivel y un método

sede-ask-title = Pedir un nivel y un método
sede-ask-intro = Para probar el servicio de identificación: elija qué le pide la sede.
sede-ask-none = Ninguno
sede-ask-any = Cualquiera
sede-ask-level = Nivel
sede-ask-again = Identificarse otra vez aunque ya se haya identificado en este navegador

## Cuando algo falla

sede-error-unreachable-title = El servicio de identificación no responde
sede-error-unreachable-text = No es culpa suya, y nadie ha entrado en su nombre. Inténtelo de nuevo dentro de unos minutos.
sede-error-cancelled-title = No se ha identificado
sede-error-cancelled-text = Ha dejado la identificación sin terminar o la ha rechazado. No ha ocurrido nada; puede empezar de nuevo cuando quiera.
sede-error-level-title = Hace falta un nivel de seguridad más alto
sede-error-level-text = La forma de identificarse que ha elegido no alcanza el nivel que este trámite necesita. Inténtelo con otra.
sede-error-refused-title = El servicio de identificación no ha aceptado la petición
sede-error-refused-text = La sede ha pedido algo que el servicio no admite. Inténtelo de nuevo; si se repite, avise al ayuntamiento.
sede-error-state-title = Empiece de nuevo aquí
sede-error-state-text = Esta respuesta no es de una identificación que este navegador tenga en curso: ha tardado demasiado, ya se ha usado o empezó en otro navegador. Si su navegador no acepta cookies, permítalas para este sitio.
sede-error-issuer-title = No sabemos quién le envía
sede-error-issuer-text = Esta sede solo trabaja con su servicio de identificación, y quien le ha enviado aquí es otro. No siga ese enlace.
sede-error-code-title = La identificación ha caducado
sede-error-code-text = Ha pasado demasiado tiempo o esta respuesta ya se ha usado. Identifíquese otra vez.
sede-error-token-title = No hemos podido comprobar la respuesta
sede-error-token-text = El servicio de identificación ha dicho algo que no podemos comprobar, así que nadie ha entrado. Inténtelo de nuevo; si se repite, avise al ayuntamiento.
sede-error-ended-title = La sesión ha terminado
sede-error-ended-text = Mientras se identificaba aquí, su sesión se cerró en el servicio de identificación. Identifíquese otra vez.
sede-error-wish-title = No conocemos ese trámite
sede-error-wish-text = El enlace nombra un trámite, un nivel o un método que no existe. Vuelva al inicio de la sede.
sede-error-csrf-title = No hemos podido comprobar su envío
sede-error-csrf-text = El formulario no es de esta sesión. Vuelva al inicio de la sede y púlselo allí.
sede-error-not-found-title = Esta página no existe
sede-error-not-found-text = Compruebe la dirección. Si la ha copiado, puede que le falte una parte.
sede-error-method-title = Esta página no se usa así
sede-error-method-text = Vuelva atrás y use los botones de la página.
