from django.urls import path

from expertpool.selfservice.views import avoidances, calendar, candidacies, leaves, reply, reviews

app_name = "selfservice"
urlpatterns = [
    path("r/<str:token>/", reply.reply, name="reply"),
    path("r/<str:token>/sign-in/", reply.sign_in, name="reply_sign_in"),
    path("r/<str:token>/leave/", reply.leave, name="reply_leave"),
    path("r/<str:token>/calendar/", reply.calendar, name="reply_calendar"),
    path("r/<str:token>/files/<int:pk>/", reply.project_file, name="reply_file"),
    path("my/reviews/", reviews.reviews, name="reviews"),
    path("my/reviews/<int:pk>/", reviews.review, name="review"),
    path("my/reviews/<int:pk>/answer/", reviews.answer, name="review_answer"),
    path("my/reviews/<int:pk>/sign-in/", reviews.sign_in, name="review_sign_in"),
    path("my/reviews/<int:pk>/leave/", reviews.leave, name="review_leave"),
    path("my/reviews/<int:pk>/calendar/", reviews.calendar, name="review_calendar"),
    path("my/reviews/<int:pk>/files/<int:file_pk>/", reviews.project_file, name="review_file"),
    path("ics/<str:token>.ics", calendar.feed, name="feed"),
    path("my/calendar/", calendar.month, name="calendar"),
    path("my/calendar/follow/", calendar.follow, name="follow"),
    path("my/calendar/unfollow/", calendar.unfollow, name="unfollow"),
    path("my/candidacies/", candidacies.candidacies, name="candidacies"),
    path("my/leaves/", leaves.leaves, name="leaves"),
    path("my/leaves/new/", leaves.add, name="leave_add"),
    path("my/leaves/<int:pk>/cancel/", leaves.cancel, name="leave_cancel"),
    path("my/avoidances/", avoidances.avoidances, name="avoidances"),
    path("my/avoidances/new/", avoidances.add, name="avoidance_add"),
    path("my/avoidances/<int:pk>/remove/", avoidances.remove, name="avoidance_remove"),
    path("my/avoidances/<int:pk>/ask/", avoidances.ask_removal, name="avoidance_ask"),
]
