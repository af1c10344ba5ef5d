apt-get install --yes apache2-bin libapache2-mod-auth-openidc
