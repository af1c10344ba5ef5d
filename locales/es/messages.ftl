# Mensajes que salen por SMS, y lo que un dispositivo lee de un navegador desconocido.
# Los SMS están escritos sin tildes ni comillas españolas a propósito: una sola obliga a UCS-2 y duplica su precio.

sms-activation-code = Aldaba: { $code } es su clave para activar la app. Vale { $minutes } minutos. Teclee la clave solo en su app: nadie se la va a pedir.
sms-sign-in-pin = Aldaba: { $pin } es su PIN para entrar en { $domain }. Vale { $minutes } minutos, una vez. No lo diga a nadie.
sms-device-activated = Aldaba: dispositivo nuevo "{ $device }" activado con su documento. Si no ha sido usted, avise a la oficina o quite el dispositivo desde otro.
sms-device-closed = Aldaba: el dispositivo "{ $device }" ha dejado de servir con su documento. Si no ha sido usted, avise a la oficina.

request-browser-unknown = Navegador desconocido
request-system-unknown = Sistema desconocido
