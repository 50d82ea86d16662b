"""What keeps a call from reaching its host: the connection, the proxy, the certificates."""

from __future__ import annotations

SENTENCES = {
    "network.service_unreachable": (
        "The service cannot be reached. Check the network connection and the base URL in the preferences"
    ),
    "network.unreachable": "The {host} cannot be reached. Check the network",
    "network.broke_off": "The connection to the {host} broke off. Check the network and try again",
    "network.download_broke_off": ("The download of the finished model broke off. Check the network and try again"),
    "network.service_url_unusable": "The service's URL cannot be used. Check the base URL in the preferences",
    "network.proxy_invalid": (
        "The proxy is not a URL such as http://proxy.example.com:3128. Correct it in the preferences, or in HTTPS_PROXY"
    ),
    "network.proxy_socks": "A SOCKS proxy cannot be used. Enter the URL of an HTTP proxy in the preferences",
    "network.proxy_login": (
        "The proxy asks for a login, or does not accept this one. Put name and password into the proxy's URL in the "
        "preferences: http://name:password and then @ before its host"
    ),
    "network.proxy_refused": ("The proxy did not let the call through. Check the proxy settings of this computer"),
    "network.proxy_unreachable": (
        "The proxy cannot be reached. Check the proxy in the preferences, or the proxy settings of this computer"
    ),
    "network.certificate_expired": (
        "The {host}'s certificate has expired. Check this computer's clock, or tell those who run the service"
    ),
    "network.certificate_early": "The {host}'s certificate is not valid yet. Check this computer's clock",
    "network.certificate_of_another": (
        "The {host}'s certificate is made out to another name. Check whether the network asks for a login in the "
        "browser first"
    ),
    "network.certificate_of_another_service": (
        "The service's certificate is made out to another name. Check the base URL in the preferences, and whether the "
        "network asks for a login in the browser first"
    ),
    "network.certificate_untrusted": (
        "The {host}'s certificate is not trusted here. If your network checks encrypted traffic, choose the "
        "certificate file of your company in the preferences under Certificates"
    ),
    "network.certificates_unreadable": "The certificate file {path} cannot be read: {why}. {advice}",
    "network.certificates_none": "The certificate file {path} contains no certificates in PEM format. {advice}",
}

PARTS = {
    "network.service": "service",
    "network.file_host": "file host",
    "network.proxy": "proxy",
    "network.proxy_used": "{proxy} is the proxy",
    "network.proxy_used_with_login": "{proxy} is the proxy, with a login",
    "network.choose_certificates": "Choose another under Certificates in the preferences",
    "network.correct_variable": (
        "Correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, or choose another under Certificates in the preferences"
    ),
}
