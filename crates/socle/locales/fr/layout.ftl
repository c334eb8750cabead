# Words of layout.html
layout-quick-access = Accès rapide
layout-skip-to-content = Aller au contenu
layout-skip-to-menu = Aller au menu
layout-skip-to-footer = Aller au pied de page
layout-home = Accueil
layout-menu = Menu
layout-main-menu = Menu principal
layout-help = Besoin d’aide
layout-sign-in = Se connecter
layout-sign-out = Se déconnecter
layout-notices = Informations sur le service
layout-you-are-here = Vous êtes ici :

# Words of components/fields.html
field-optional = (facultatif)
field-error = Erreur :
search-submit = Rechercher

# Words of components/error_summary.html
errors-title = Certaines réponses sont à corriger

# Words of components/pagination.html: "Page 2 sur 14"
pagination-label = Pages de la liste
pagination-page = Page
pagination-of = sur
pagination-previous = Page précédente
pagination-next = Page suivante

# Words of components/stepper.html: "Étape 1 sur 3"
stepper-step = Étape
stepper-of = sur
stepper-next = Étape suivante :

# Words of components/feedback.html
feedback-label = Votre avis
feedback-text = Votre avis nous aide à améliorer ce service. Deux minutes suffisent et vous n’avez pas à donner votre nom.
feedback-link = Je donne mon avis
