# Pages shown instead of what was asked for: title, what happened, what to do
error-not-found-title = Cette page n’existe pas
error-not-found-text = L’adresse « { $path } » ne mène nulle part. Le lien est peut-être ancien, ou incomplet.
error-forbidden-title = Vous n’avez pas accès à cette page
error-forbidden-text = Votre rôle actuel ({ $role }) ne permet pas cette action. Si vous avez plusieurs rôles, vous pouvez en changer. Sinon, adressez-vous à la personne qui administre votre organisation.
error-second-proof-title = Un second code est nécessaire
error-second-proof-text = Ce rôle demande deux preuves d’identité. Saisissez le code de votre application de codes.
error-gone-title = La demande n’est plus valable
error-bad-title = La demande n’est pas comprise
error-too-many-title = Trop de demandes en peu de temps
error-too-many-text = Patientez quelques minutes, puis recommencez.
error-unavailable-title = Le service est interrompu pour le moment
error-unavailable-text = { $reason } Rien n’est perdu : revenez un peu plus tard.
error-internal-title = Le service a rencontré un problème
error-internal-text = Rien n’a été modifié. Recommencez dans quelques minutes ; si le problème persiste, écrivez à l’équipe avec la référence { $reference }.
error-cross-site-title = La demande vient d’un autre site
error-cross-site-text = Par sécurité, un formulaire ne peut être envoyé que depuis nos pages. Revenez à l’accueil et recommencez.
error-back-home = Revenir à l’accueil
