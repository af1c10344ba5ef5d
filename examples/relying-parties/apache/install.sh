apt-get install --yes apache2 libapache2-mod-auth-openidc
