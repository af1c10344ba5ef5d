# Mensajes que salen por SMS, y lo que un dispositivo lee de un navegador desconocido.
# Los SMS están escritos sin tildes ni comillas españolas a propósito: una sola obliga a UCS-2 y duplica su precio. La ñ es de GSM-7.

sms-activation-code = Aldaba: { $code } es su codigo para activar la app. Vale { $minutes } minutos. Escribalo solo en su app: nadie se lo va a pedir.
sms-sign-in-pin = Aldaba: { $pin } es su PIN para entrar en { $domain }. Vale { $minutes } minutos, una vez. No lo diga a nadie.
sms-device-activated = Aldaba: dispositivo nuevo "{ $device }" activado con su documento. Si no ha sido usted, avise hoy mismo a la oficina.
sms-device-closed = Aldaba: el dispositivo "{ $device }" ha dejado de servir con su documento. Si no ha sido usted, avise a la oficina.
sms-password-code = Aldaba: { $code } es su codigo para poner una contraseña nueva. Vale { $minutes } minutos. Si no lo ha pedido, no haga nada y no lo diga a nadie.
sms-password-step = Aldaba: { $code } es su codigo para entrar. Vale { $minutes } minutos. Si no esta entrando, alguien sabe su contraseña: cambiela.
sms-password-set = Aldaba: su contraseña se ha puesto o cambiado y sus sesiones con la anterior han terminado. Si no ha sido usted, avise a la oficina.
sms-password-cancelled = Aldaba: su contraseña se ha dado de baja. Si no ha sido usted, avise a la oficina.
sms-password-ending = Aldaba: su contraseña caduca el { $day }. Cambiela antes en la pagina donde entra con ella.

request-browser-unknown = Navegador desconocido
request-system-unknown = sistema desconocido
sms-renounced = Aldaba: ha renunciado a Aldaba. Sus dispositivos, contraseña y sesiones han terminado. Si no ha sido usted, avise a la oficina.
